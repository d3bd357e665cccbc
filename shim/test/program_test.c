/* What a command sees of how it was started, and what is told of how it ended. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "job.h"

TEST(EACH_SHIM, every_exit_code_is_told_exactly)
{
    const int codes[] = {0, 1, 2, 7, 42, 126, 127, 128, 137, 255};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char script[32];
        snprintf(script, sizeof script, "exit %d", codes[i]);
        struct job *job = job_run_sh(script);
        CHECK_STATUS(job, codes[i] << 8);
        CHECK_TEXT(job_step(job), "none");
        CHECK(job->ended);
        CHECK_EQ(job_number(job, "pid"), job->command);
        CHECK(job_number(job, "started") <= job_number(job, "ended"));
        CHECK_EQ(job_number(job, "stop_signal"), 0);
        CHECK_EQ(job_number(job, "survivors"), 0);
        CHECK_EQ(job_number(job, "journal_failed"), 0);
        free(job);
    }
}

TEST(EACH_SHIM, every_signal_that_ends_a_command_is_told_exactly)
{
    struct rlimit none = {0};
    setrlimit(RLIMIT_CORE, &none);
    for (int sig = 1; sig < 32; sig++) {
        const int harmless[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
        bool ends = true;
        for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
            ends = ends && sig != harmless[i];
        if (!ends)
            continue;
        char script[64];
        snprintf(script, sizeof script, "kill -%d $$; exit 1", sig);
        struct job *job = job_run_sh(script);
        int status = (int)job_number(job, "status");
        CHECK(WIFSIGNALED(status));
        CHECK_EQ(WTERMSIG(status), sig);
        free(job);
    }
}

static void check_not_started(const struct job_spec *spec, const char *step, int error)
{
    struct job *job = job_run(spec);
    CHECK_TEXT(job_step(job), step);
    CHECK_EQ(job_number(job, "errno"), error);
    CHECK_EQ(job_number(job, "started"), 0);
    CHECK_EQ(job_number(job, "output"), 0);
    CHECK_EQ(job->command, 0);
    CHECK(job->ended);
    free(job);
}

TEST(EACH_SHIM, a_command_that_cannot_be_executed_is_told_by_step_and_errno)
{
    char path[256];
    write_text("plain", "exit 0\n");
    check_not_started(&(struct job_spec){.argv = ARGV("no-such-command")}, "exec", ENOENT);
    check_not_started(&(struct job_spec){.argv = ARGV("/no/such/command")}, "exec", ENOENT);
    check_not_started(&(struct job_spec){.argv = ARGV("")}, "exec", ENOENT);
    check_not_started(&(struct job_spec){.argv = ARGV("/etc/passwd/x")}, "exec", ENOTDIR);
    check_not_started(&(struct job_spec){.argv = ARGV("/tmp")}, "exec", EACCES);
    snprintf(path, sizeof path, "%s/plain", test_directory());
    check_not_started(&(struct job_spec){.argv = ARGV(path)}, "exec", EACCES);
    CHECK(chmod("plain", 0700) == 0);
    check_not_started(&(struct job_spec){.argv = ARGV(path)}, "exec", ENOEXEC);
}

TEST(EACH_SHIM, arguments_that_the_kernel_does_not_take_are_e2big)
{
    static char argument[(128 << 10) + 1]; /* MAX_ARG_STRLEN: execve(2) */
    memset(argument, 'x', sizeof argument - 1);
    check_not_started(&(struct job_spec){.argv = ARGV("true", argument)}, "exec", E2BIG);
    argument[sizeof argument - 2] = '\0';
    struct job *job = job_run(&(struct job_spec){.argv = ARGV("true", argument)});
    CHECK_STATUS(job, 0);
}

TEST(EACH_SHIM, a_working_directory_that_cannot_be_entered_is_told)
{
    check_not_started(&(struct job_spec){.argv = SH("exit 0"), .workdir = "/no/such/directory"}, "chdir", ENOENT);
    check_not_started(&(struct job_spec){.argv = SH("exit 0"), .workdir = "/etc/passwd"}, "chdir", ENOTDIR);
}

TEST(EACH_SHIM, a_cgroup_that_is_not_there_is_told)
{
    check_not_started(&(struct job_spec){.argv = SH("exit 0"), .unified = "/sys/fs/cgroup/none"}, "cgroup", ENOENT);
    check_not_started(&(struct job_spec){.argv = SH("exit 0"), .tasks = "/sys/fs/cgroup/none/tasks"}, "cgroup", ENOENT);
}

TEST(EACH_SHIM, a_hostname_that_is_too_long_is_told)
{
    char hostname[66];
    memset(hostname, 'h', 65);
    hostname[65] = '\0';
    check_not_started(&(struct job_spec){.argv = SH("exit 0"), .hostname = hostname}, "hostname", EINVAL);
}

TEST(EACH_SHIM, the_streams_come_apart_and_in_the_order_of_writing)
{
    const char *const go[] = {"go1", "go2", "go3"}; /* one each: an earlier writer may not have closed yet */
    for (int i = 0; i < 3; i++)
        CHECK(mkfifo(go[i], 0600) == 0);
    struct job *job = job_start(&(struct job_spec){
        .argv = SH("echo one; read x <go1; echo two >&2; read x <go2; echo three; read x <go3; echo four >&2"),
        .workdir = test_directory()});
    const uint64_t ends[] = {4, 8, 14};
    for (int i = 0; i < 3; i++) {
        job_await_output(job, ends[i] - 1);
        write_text(go[i], "\n"); /* waits for the command to open the other end */
    }
    job_end(job);
    CHECK_TEXT(job->output, "one\ntwo\nthree\nfour\n");
    CHECK_STDOUT(job, "one\nthree\n");
    CHECK_STDERR(job, "two\nfour\n");
    CHECK_EQ(job->index_length, 4);
}

TEST(EACH_SHIM, a_mebibyte_of_every_byte_value_arrives_identical)
{
    static char bytes[1 << 20];
    uint64_t state = 88172645463325252;
    for (size_t i = 0; i < sizeof bytes; i++) {
        state = state * 6364136223846793005 + 1442695040888963407;
        bytes[i] = i < 256 ? (char)i : (char)(state >> 56);
    }
    write_bytes("bytes", bytes, sizeof bytes);
    struct job *job =
        job_run(&(struct job_spec){.argv = SH("cat bytes & cat bytes >&2; wait"), .workdir = test_directory()});
    for (int stream = INDEX_STDOUT; stream <= INDEX_STDERR; stream++) {
        size_t length;
        const char *got = job_stream(job, (enum index_kind)stream, &length);
        CHECK_EQ(length, sizeof bytes);
        CHECK(memcmp(got, bytes, sizeof bytes) == 0);
    }
    CHECK_EQ(job_number(job, "dropped"), 0);
}

TEST(EACH_SHIM, the_command_has_its_three_descriptors_and_no_other)
{
    struct job *job = job_run_sh("n=0; while [ $n -lt 1024 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n+1)); done");
    CHECK_STDOUT(job, "0\n1\n2\n");
    CHECK_STDERR(job, "");
}

TEST(EACH_SHIM, the_commands_input_is_at_its_end)
{
    struct job *job = job_run_sh("readlink /proc/self/fd/0; exec cat");
    CHECK_STATUS(job, 0);
    CHECK_STDOUT(job, "/dev/null\n");
}

TEST(EACH_SHIM, no_signal_is_blocked_or_ignored)
{
    struct job *job = job_run(&(struct job_spec){.argv = ARGV("grep", "-E", "^Sig(Pnd|Blk|Ign)", "/proc/self/status")});
    CHECK_STDOUT(job, "SigPnd:\t0000000000000000\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(EACH_SHIM, the_environment_is_the_requests_and_nothing_else)
{
    const char *const none[] = {NULL};
    struct job *job = job_run(&(struct job_spec){.argv = ARGV("env")});
    CHECK_STDOUT(job, "PATH=/usr/bin:/bin\n");
    job = job_run(&(struct job_spec){.argv = ARGV("/usr/bin/env"), .env = none});
    CHECK_STDOUT(job, "");
    job = job_run(&(struct job_spec){.argv = ARGV("env"), .env = ARGV("B=2\n", "A==", "PATH=/usr/bin:/bin")});
    CHECK_STDOUT(job, "B=2\n\nA==\nPATH=/usr/bin:/bin\n");
}

TEST(EACH_SHIM, arguments_and_working_directory_arrive)
{
    struct job *job = job_run(&(struct job_spec){
        .argv = ARGV("sh", "-c", "pwd; umask; echo $#; printf '<%s>' \"$@\"", "zero", "", " a  b ", "$x"),
        .workdir = "/usr/share"});
    CHECK_STDOUT(job, "/usr/share\n0022\n3\n<>< a  b ><$x>");
}

TEST(EACH_SHIM, the_command_leads_a_session_of_its_own)
{
    struct job *job = job_run_sh("read line </proc/$$/stat; set -- ${line##*) }; echo $$ $3 $4 $5");
    CHECK_STDOUT(job, "2 2 2 0\n"); /* pid, process group, session, no terminal */
}

TEST(EACH_SHIM, time_and_memory_that_were_used_are_told)
{
    struct job *job = job_run_sh("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done");
    CHECK(job_number(job, "user_us") + job_number(job, "system_us") > 1000);
    CHECK(job_number(job, "user_us") + job_number(job, "system_us") < TEST_SECONDS * 1000000LL);
}

TEST(EACH_SHIM, a_request_that_is_none_starts_nothing)
{
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    pid_t shim = fork();
    if (shim == 0) {
        dup2(ends[0], STDIN_FILENO);
        execl(shim_path(), shim_path(), (char *)NULL);
        _exit(99);
    }
    close(ends[0]);
    CHECK_EQ(write(ends[1], "no request", 10), 10);
    close(ends[1]);
    CHECK_EQ(await_child(shim), 2 << 8);
}
