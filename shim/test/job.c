#define _GNU_SOURCE
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "encode.h"
#include "groups.h"
#include "process.h"

static const char *const DEFAULT_ENV[] = {"PATH=/usr/bin:/bin", NULL};

void need_strace(void)
{
    if (access("/usr/bin/strace", X_OK) != 0)
        skip("strace is not installed");
}

static const char *group_of(const struct job_spec *spec)
{
    const char *group = spec->unified != NULL ? spec->unified : group_unified();
    if (group == NULL)
        skip("no cgroup2 tree to write to");
    return group;
}

static struct encoded request_of(const struct job *job, const struct job_spec *spec)
{
    struct encoded bytes = encode_begin();
    encode_string(&bytes, FIELD_DIRECTORY, spec->directory != NULL ? spec->directory : job->directory);
    encode_string(&bytes, FIELD_HOSTNAME, spec->hostname != NULL ? spec->hostname : "test");
    for (const char *const *argument = spec->argv; *argument != NULL; argument++)
        encode_string(&bytes, FIELD_ARGUMENT, *argument);
    for (const char *const *variable = spec->env != NULL ? spec->env : DEFAULT_ENV; *variable != NULL; variable++)
        encode_string(&bytes, FIELD_VARIABLE, *variable);
    encode_string(&bytes, FIELD_WORKDIR, spec->workdir != NULL ? spec->workdir : "/");
    encode_string(&bytes, FIELD_UNIFIED, group_of(spec));
    if (spec->tasks != NULL)
        encode_string(&bytes, FIELD_TASKS, spec->tasks);
    if (spec->oom != NULL)
        encode_string(&bytes, FIELD_OOM, spec->oom);
    if (spec->oom_notice != NULL)
        encode_string(&bytes, FIELD_OOM_NOTICE, spec->oom_notice);
    if (spec->io != NULL)
        encode_string(&bytes, FIELD_IO, spec->io);
    if (spec->nice != 0)
        encode_number(&bytes, FIELD_NICE, (uint64_t)spec->nice);
    if (spec->timeout_ns != 0)
        encode_number(&bytes, FIELD_TIMEOUT, spec->timeout_ns);
    if (spec->output_max != 0)
        encode_number(&bytes, FIELD_OUTPUT_MAX, spec->output_max);
    if (spec->open_stdin)
        encode_number(&bytes, FIELD_STDIN, 1);
    if (spec->wait_tree)
        encode_number(&bytes, FIELD_WAIT_TREE, 1);
    encode_end(&bytes);
    return bytes;
}

/* One call of a kind fails, which strace can only count: it is told by its flags. */
static void refuse_unshare(unsigned long flags)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)flags, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTNAM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof code / sizeof code[0], .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        _exit(92);
}

/* The shim ends with the test, and the job with the shim. */
static _Noreturn void become_shim(const struct job_spec *spec, int request, int listener, const char *sanitizer)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (spec->file_bytes != 0) {
        struct rlimit limit = {.rlim_cur = spec->file_bytes, .rlim_max = spec->file_bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (spec->refused != 0)
        refuse_unshare(spec->refused);
    /* Descriptors that the server leaked, beside the two that it gives. */
    int high_listener = fcntl(listener, F_DUPFD, 20);
    if (dup2(request, STDIN_FILENO) < 0 || dup2(high_listener, LISTEN_FD) < 0)
        _exit(90);
    const char *argv[] = {"strace", "-f", "-qq", "-o", "/dev/null", "-e", spec->inject, shim_path(), NULL};
    const char *const *from = spec->inject != NULL ? argv : argv + 7;
    const char *const environment[] = {"SECRET=of the server", sanitizer, NULL};
    execve(spec->inject != NULL ? "/usr/bin/strace" : shim_path(), (char **)(uintptr_t)from,
           (char **)(uintptr_t)environment);
    _exit(91);
}

static void make_directory(struct job *job, const struct job_spec *spec)
{
    static int count;
    snprintf(job->directory, sizeof job->directory, "%s/job%d", test_directory(), ++count);
    CHECK(mkdir(job->directory, 0700) == 0);
    if (spec->small_disk) {
        CHECK(chdir(job->directory) == 0);
        enter_small_disk(64 << 10);
        CHECK(chdir(test_directory()) == 0);
    }
}

static struct sockaddr_un address_of(const struct job *job)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    /* Relative: a job's directory may be deeper than a socket's address is long. */
    CHECK(snprintf(address.sun_path, sizeof address.sun_path, "%s/control", strrchr(job->directory, '/') + 1) <
          (int)sizeof address.sun_path);
    return address;
}

int job_connect(const struct job *job)
{
    struct sockaddr_un address = address_of(job);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

struct job *job_start(const struct job_spec *spec)
{
    struct job *job = calloc(1, sizeof *job);
    make_directory(job, spec);
    struct encoded request = request_of(job, spec);
    char sanitizer[4200];
    snprintf(sanitizer, sizeof sanitizer, "ASAN_OPTIONS=detect_leaks=0:log_path=%s/sanitizer", job->directory);

    struct sockaddr_un address = address_of(job);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 4) == 0);
    job->control = job_connect(job);
    if (!spec->unentered)
        job_tell(job, CONTROL_ENTER, 0, 0);
    if (!spec->unreleased)
        job_tell(job, CONTROL_LAUNCH, 0, 0);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    job->shim = fork();
    if (job->shim == 0)
        become_shim(spec, ends[0], listener, sanitizer);
    close(ends[0]);
    close(listener);
    for (size_t sent = 0; sent < request.length;) {
        ssize_t wrote = write(ends[1], request.data + sent, request.length - sent);
        CHECK(wrote > 0);
        sent += (size_t)wrote;
    }
    close(ends[1]);
    free(request.data);
    return job;
}

struct job *job_sh(const char *script)
{
    return job_start(&(struct job_spec){.argv = SH(script)});
}

struct job *job_run(const struct job_spec *spec)
{
    struct job *job = job_start(spec);
    job_end(job);
    return job;
}

struct job *job_run_sh(const char *script)
{
    return job_run(&(struct job_spec){.argv = SH(script)});
}

void job_tell(const struct job *job, enum control_type type, uint32_t value, uint64_t number)
{
    struct control_message message = {.type = type, .value = value, .number = number};
    CHECK_EQ(send(job->control, &message, sizeof message, MSG_NOSIGNAL), sizeof message);
}

static void await(int fd)
{
    struct pollfd event = {.fd = fd, .events = POLLIN};
    CHECK_EQ(poll(&event, 1, JOB_PATIENCE_MS), 1);
}

struct control_message job_next_or_none(struct job *job)
{
    struct control_message message = {0};
    await(job->control);
    ssize_t got = recv(job->control, &message, sizeof message, MSG_WAITALL);
    if (got <= 0)
        return (struct control_message){0};
    CHECK_EQ(got, sizeof message);
    if (message.type == CONTROL_STARTED)
        job->command = (pid_t)message.value;
    if (message.type == CONTROL_ENDED)
        job->ended = true;
    return message;
}

struct control_message job_next(struct job *job)
{
    struct control_message message = job_next_or_none(job);
    CHECK(message.type != 0);
    return message;
}

void job_await_started(struct job *job)
{
    while (job_next(job).type != CONTROL_STARTED)
        ;
}

void job_await_output(struct job *job, uint64_t length)
{
    job_tell(job, CONTROL_WATCH, 0, length);
    while (job_next(job).type != CONTROL_GREW)
        ;
}

struct job *job_ready(const char *script)
{
    struct job *job = job_sh(script);
    job_await_started(job);
    job_await_output(job, 0);
    return job;
}

void job_reconnect(struct job *job)
{
    close(job->control);
    job->control = job_connect(job);
}

uint64_t job_open_input(struct job *job)
{
    job_tell(job, CONTROL_INPUT_OPEN, 0, 0);
    return job_await_input(job, CONTROL_INPUT_OPENED);
}

void job_send_input(const struct job *job, const char *bytes, size_t length)
{
    job_tell(job, CONTROL_INPUT, (uint32_t)length, 0);
    CHECK_EQ(send(job->control, bytes, length, MSG_NOSIGNAL), length);
}

uint64_t job_await_input(struct job *job, enum control_type wanted)
{
    struct control_message message;
    do
        message = job_next(job);
    while (message.type < CONTROL_INPUT_OPENED);
    CHECK_EQ(message.type, wanted);
    return message.number;
}

static const char *file_of(const struct job *job, const char *name)
{
    static char path[5000];
    snprintf(path, sizeof path, "%s/%s", job->directory, name);
    return path;
}

static void read_journal(struct job *job)
{
    static char bytes[sizeof job->index];
    job->output_length = read_text(file_of(job, "output"), job->output, sizeof job->output);
    uint64_t length = read_text(file_of(job, "index"), bytes, sizeof bytes);
    CHECK_EQ(length % sizeof(struct index_record), 0);
    job->index_length = length / sizeof(struct index_record) - 1;
    memcpy(job->index, bytes + sizeof(struct index_header), job->index_length * sizeof job->index[0]);
    CHECK_EQ(job_number(job, "output"), job->output_length);
    CHECK_EQ(job->index_length == 0 ? 0 : job->index[job->index_length - 1].end, job->output_length);
}

static void check_nothing_stays(const struct job *job)
{
    CHECK(access(file_of(job, "exit.tmp"), F_OK) != 0);
    char events[5000], text[256];
    if (group_unified() == NULL)
        return;
    snprintf(events, sizeof events, "%s/cgroup.events", group_unified());
    read_text(events, text, sizeof text);
    CHECK(strstr(text, "populated 0") != NULL);
}

void job_end(struct job *job)
{
    while (job_next_or_none(job).type != 0)
        ;
    int shim = process_open(job->shim);
    process_await_end(shim);
    close(shim);
    int status = await_child(job->shim);
    if (status != 0) { /* what the sanitizers say stands beside the output */
        char command[5100];
        snprintf(command, sizeof command, "cat %s.* 2>/dev/null", file_of(job, "sanitizer"));
        CHECK_EQ(system(command), 0);
    }
    CHECK_EQ(status, 0);
    read_text(file_of(job, "exit"), job->exit, sizeof job->exit);
    CHECK(strstr(job->exit, "\ncrc32 ") != NULL);
    if (strcmp(job_step(job), "journal") != 0)
        read_journal(job);
    check_nothing_stays(job);
}

void job_kill(struct job *job)
{
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
}

bool job_is_recorded(const struct job *job)
{
    return access(file_of(job, "exit"), F_OK) == 0;
}

intmax_t job_number(const struct job *job, const char *key)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\n%s ", key);
    const char *line = strstr(job->exit, wanted);
    CHECK(line != NULL);
    return strtoimax(line + strlen(wanted), NULL, 10);
}

const char *job_step(const struct job *job)
{
    static char step[64];
    CHECK_EQ(sscanf(job->exit, "jobd-exit 1\nstep %63s\n", step), 1);
    return step;
}

const char *job_stream(const struct job *job, enum index_kind stream, size_t *length)
{
    static char bytes[JOB_OUTPUT_MAX + 1];
    size_t at = 0;
    uint64_t from = 0;
    for (size_t i = 0; i < job->index_length; i++) {
        const struct index_record *record = &job->index[i];
        if (record->tag == (uint64_t)stream) {
            memcpy(bytes + at, job->output + from, record->end - from);
            at += record->end - from;
        }
        from = record->end;
    }
    bytes[at] = '\0';
    if (length != NULL)
        *length = at;
    return bytes;
}

uint64_t job_gap(const struct job *job, enum index_kind stream)
{
    uint64_t dropped = 0;
    for (size_t i = 0; i < job->index_length; i++)
        if ((job->index[i].tag & 0xff) == (INDEX_GAP | (uint64_t)stream))
            dropped += job->index[i].tag >> 8;
    return dropped;
}
