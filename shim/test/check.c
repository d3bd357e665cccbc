#define _GNU_SOURCE
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "groups.h"

enum { EXIT_SKIPPED = 77 };

struct running {
    pid_t pid; /* 0: free */
    int log;
    char label[160];
    char name[64];
    char directory[128];
};

static struct test *first_test;
static char root_directory[] = "/tmp/shim-test-XXXXXX";
static char shims[2][4096]; /* shipped, sanitized */
static const struct running *current;
static const char *current_shim;
static struct running running[TESTS_AT_ONCE];
static int passed, failed;
static char *skipped; /* lines for the end */
static size_t skipped_length;
static volatile sig_atomic_t interrupted;

/* The shim's own exits are all without a leak check; so are the tests'. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

void test_register(struct test *test)
{
    struct test **place = &first_test;
    while (*place != NULL)
        place = &(*place)->next;
    *place = test;
}

static void fail(void)
{
    fflush(NULL);
    _exit(1);
}

void check_true(const char *file, int line, const char *what, int holds)
{
    if (holds)
        return;
    printf("  %s:%d: does not hold: %s (errno %d, %s)\n", file, line, what, errno, strerror(errno));
    fail();
}

void check_equal(const char *file, int line, const char *what, intmax_t actual, intmax_t expected)
{
    if (actual == expected)
        return;
    printf("  %s:%d: %s is %jd, not %jd\n", file, line, what, actual, expected);
    fail();
}

void check_text(const char *file, int line, const char *what, const char *actual, const char *expected)
{
    if (strcmp(actual, expected) == 0)
        return;
    printf("  %s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, actual, expected);
    fail();
}

void skip(const char *reason)
{
    printf("%s", reason);
    fflush(NULL);
    _exit(EXIT_SKIPPED);
}

const char *test_name(void)
{
    return current->name;
}

const char *test_directory(void)
{
    return current->directory;
}

const char *shim_path(void)
{
    return current_shim;
}

void write_bytes(const char *path, const void *bytes, uint64_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_EQ(write(fd, bytes, length), length);
    close(fd);
}

void write_text(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

uint64_t read_text(const char *path, char *text, uint64_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    uint64_t length = 0;
    ssize_t got;
    while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0)
        length += (uint64_t)got;
    text[length] = '\0';
    close(fd);
    return length;
}

void enter_small_disk(unsigned bytes)
{
    char options[32];
    snprintf(options, sizeof options, "size=%u", bytes);
    CHECK(unshare(CLONE_NEWNS) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    CHECK(mount("tmpfs", ".", "tmpfs", 0, options) == 0);
    char here[4096];
    CHECK(getcwd(here, sizeof here) != NULL);
    CHECK(chdir(here) == 0); /* into the mount, from what it covers */
}

uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int await_child(int pid)
{
    int status = 0;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

static void on_interrupt(int signal)
{
    interrupted = signal;
}

static struct running *find_running(pid_t pid)
{
    for (int i = 0; i < TESTS_AT_ONCE; i++)
        if (running[i].pid == pid)
            return &running[i];
    return NULL;
}

unsigned patience(void)
{
    const char *times = getenv("JOBD_TEST_PATIENCE");
    return times != NULL ? (unsigned)atoi(times) : 1;
}

static _Noreturn void run_alone(const struct test *test, const struct running *slot)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    dup2(slot->log, STDOUT_FILENO);
    dup2(slot->log, STDERR_FILENO);
    current = slot;
    alarm(TEST_SECONDS * patience());
    if (chdir(slot->directory) != 0)
        fail();
    test->run();
    fflush(NULL);
    _exit(0);
}

static void start(const struct test *test, const char *shim, const char *variant)
{
    static int count;
    struct running *slot = find_running(0);
    snprintf(slot->label, sizeof slot->label, "%s%s", test->name, variant);
    snprintf(slot->name, sizeof slot->name, "jobd-test-%d-%d", (int)getpid(), ++count);
    snprintf(slot->directory, sizeof slot->directory, "%s/%d", root_directory, count);
    slot->log = memfd_create("log", MFD_CLOEXEC);
    if (mkdir(slot->directory, 0700) != 0 || slot->log < 0) {
        perror(slot->directory);
        exit(1);
    }
    current_shim = shim;
    fflush(NULL);
    slot->pid = fork();
    if (slot->pid == 0)
        run_alone(test, slot);
}

static void say_skipped(const char *label, const char *reason)
{
    size_t size = skipped_length + strlen(label) + strlen(reason) + 16;
    skipped = realloc(skipped, size);
    skipped_length += (size_t)snprintf(skipped + skipped_length, size - skipped_length, "SKIP: %s: %s\n", label, reason);
}

static void judge(const struct running *slot, int status)
{
    static char log[4096];
    ssize_t length = pread(slot->log, log, sizeof log - 1, 0);
    log[length < 0 ? 0 : length] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED) {
        say_skipped(slot->label, log);
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        passed++;
    } else {
        failed++;
        printf("FAIL: %s\n", slot->label);
        if (WIFSIGNALED(status))
            printf("  %s\n", WTERMSIG(status) == SIGALRM ? "took too long" : strsignal(WTERMSIG(status)));
        fputs(log, stdout);
    }
}

static void finish_one(void)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    if (interrupted)
        for (int i = 0; i < TESTS_AT_ONCE; i++)
            if (running[i].pid > 0)
                kill(running[i].pid, SIGKILL);
    struct running *slot = pid > 0 ? find_running(pid) : NULL;
    if (slot == NULL)
        return;
    kill(-pid, SIGKILL);
    judge(slot, status);
    close(slot->log);
    groups_remove(slot->name);
    nftw(slot->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    slot->pid = 0;
}

static void run(const struct test *test, const char *shim, const char *variant)
{
    while (find_running(0) == NULL)
        finish_one();
    if (!interrupted)
        start(test, shim, variant);
}

static bool any_running(void)
{
    for (int i = 0; i < TESTS_AT_ONCE; i++)
        if (running[i].pid != 0)
            return true;
    return false;
}

/* shim-test SHIPPED SANITIZED [PART-OF-A-NAME] */
int main(int argc, char **argv)
{
    if (argc < 3 || realpath(argv[1], shims[0]) == NULL || realpath(argv[2], shims[1]) == NULL ||
        mkdtemp(root_directory) == NULL) {
        fprintf(stderr, "usage: shim-test SHIPPED-SHIM SANITIZED-SHIM [PART-OF-A-NAME]\n");
        return 2;
    }
    struct sigaction note = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &note, NULL);
    sigaction(SIGTERM, &note, NULL);

    int needing_root = 0;
    for (const struct test *test = first_test; test != NULL; test = test->next) {
        if (argc > 3 && strstr(test->name, argv[3]) == NULL)
            continue;
        if (test->kind != ANYBODY && geteuid() != 0) {
            needing_root++;
            continue;
        }
        run(test, shims[0], "");
        if (test->kind == EACH_SHIM)
            run(test, shims[1], " (sanitized)");
    }
    while (any_running())
        finish_one();
    rmdir(root_directory);

    if (skipped != NULL)
        fputs(skipped, stdout);
    if (needing_root > 0)
        printf("SKIP: %d tests of namespaces, cgroups and disks: they need root\n", needing_root);
    printf("shim: %d passed, %d failed\n", passed, failed);
    return failed == 0 && !interrupted ? 0 : 1;
}
