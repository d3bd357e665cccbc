/* Each step of a launch made to fail, and the shim made to die at each. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "groups.h"
#include "job.h"
#include "process.h"

/* The command would leave a file behind. */
static struct job_spec traced(const char *inject)
{
    static const char *const argv[] = {"sh", "-c", "echo ran >ran; sleep 1000", NULL};
    return (struct job_spec){.argv = argv, .workdir = test_directory(), .inject = inject};
}

static void check_fails(const struct job_spec *spec, const char *step, int error)
{
    struct job *job = job_run(spec);
    CHECK_TEXT(job_step(job), step);
    CHECK_EQ(job_number(job, "errno"), error);
    CHECK_EQ(job_number(job, "started"), 0);
    CHECK_EQ(job_number(job, "survivors"), 0);
    CHECK(access("ran", F_OK) != 0);
    free(job);
}

#define FAILING(name, call, step)                                          \
    TEST(STATIC_SHIM, name)                                                \
    {                                                                      \
        need_strace();                                                     \
        struct job_spec spec = traced("inject=" call ":error=ENOTNAM");    \
        check_fails(&spec, step, ENOTNAM);                                 \
    }

/* ENOTNAM: an error that none of these calls gives by itself. Counts ("when") are of each process on its own. */
FAILING(a_socketpair_that_fails_is_told, "socketpair", "channel")
FAILING(a_pipe_that_fails_is_told, "pipe2", "channel")
FAILING(a_socket_option_that_fails_is_told, "setsockopt", "channel")
FAILING(a_clone_that_fails_is_told, "clone3", "clone")
FAILING(a_death_signal_that_fails_is_told, "prctl", "channel")
FAILING(namespaces_that_fail_are_told, "unshare", "namespaces")
FAILING(mounts_that_cannot_be_made_private_are_told, "mount", "mount-private")
FAILING(a_proc_that_cannot_be_mounted_is_told, "mount:when=2", "mount-proc")
FAILING(a_view_of_cgroups_that_cannot_be_made_is_told, "mount_setattr", "cgroup-view")
FAILING(a_view_of_cgroups_that_cannot_be_placed_is_told, "move_mount", "cgroup-view")
FAILING(a_loopback_without_its_flags_is_told, "ioctl", "loopback")
FAILING(a_loopback_that_stays_down_is_told, "ioctl:when=2", "loopback")
FAILING(a_host_name_that_fails_is_told, "sethostname", "hostname")
FAILING(a_filter_that_cannot_be_had_is_told, "seccomp", "privileges")
FAILING(a_capability_that_stays_in_the_bounding_set_is_told, "prctl:when=3", "privileges")
FAILING(a_capability_that_stays_is_told, "capset", "privileges")
FAILING(a_signal_descriptor_that_fails_is_told, "signalfd4", "channel")
FAILING(a_fork_that_fails_is_told, "/^(fork|clone)$", "fork")
FAILING(an_input_that_cannot_be_connected_is_told, "dup2", "stdio")
FAILING(an_output_that_cannot_be_connected_is_told, "dup2:when=2", "stdio")
FAILING(descriptors_that_cannot_be_closed_are_told, "close_range:when=1", "stdio")

TEST(STATIC_SHIM, a_cgroup_namespace_that_fails_is_told)
{
    struct job_spec spec = traced(NULL);
    spec.refused = CLONE_NEWCGROUP;
    check_fails(&spec, "cgroup-namespace", ENOTNAM);
}

/* As a server that goes away. */
static void check_taken_back(struct job *job)
{
    CHECK(shutdown(job->control, SHUT_WR) == 0);
    job_end(job);
    CHECK_TEXT(job_step(job), "release");
    CHECK_EQ(job_number(job, "errno"), ECANCELED);
    CHECK_EQ(job_number(job, "started"), 0);
    CHECK(access("ran", F_OK) != 0);
    free(job);
}

static struct job *start_unreleased(void)
{
    struct job_spec spec = traced(NULL);
    spec.unreleased = true;
    struct job *job = job_start(&spec);
    CHECK_EQ(job_next(job).type, CONTROL_HELLO);
    return job;
}

TEST(EACH_SHIM, a_job_that_the_server_did_not_record_is_taken_back)
{
    check_taken_back(start_unreleased());
}

/* The next server may be faster than the news that this one has gone, and must not keep the job waiting for it. */
TEST(EACH_SHIM, a_job_is_taken_back_also_where_another_server_is_connected)
{
    struct job *job = start_unreleased();
    int next = job_connect(job);
    check_taken_back(job);
    close(next);
}

static struct job *start_unentered(void)
{
    struct job_spec spec = traced(NULL);
    spec.unentered = spec.unreleased = true;
    struct job *job = job_start(&spec);
    CHECK_EQ(job_next(job).type, CONTROL_HELLO);
    return job;
}

TEST(EACH_SHIM, a_job_that_the_server_made_no_cgroup_for_is_taken_back)
{
    check_taken_back(start_unentered());
}

static void check_ends_by_stop(struct job *job)
{
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX);
    job_end(job);
    CHECK_TEXT(job_step(job), "none");
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
    CHECK_EQ(job_number(job, "started"), 0);
    CHECK(access("ran", F_OK) != 0);
    free(job);
}

TEST(EACH_SHIM, a_stop_before_the_command_ends_the_job_without_it)
{
    check_ends_by_stop(start_unreleased());
}

TEST(EACH_SHIM, a_stop_before_the_cgroup_ends_the_job_without_it)
{
    check_ends_by_stop(start_unentered());
}

TEST(EACH_SHIM, nothing_is_launched_before_its_cgroup_is_there)
{
    struct job *job = start_unentered();
    job_tell(job, CONTROL_LAUNCH, 0, 0);
    job_tell(job, CONTROL_ENTER, 0, 0);
    check_ends_by_stop(job);
}

TEST(EACH_SHIM, a_job_is_launched_by_whoever_takes_over_from_the_server)
{
    struct job *job = start_unreleased();
    int second = job_connect(job);
    struct control_message hello, launch = {.type = CONTROL_LAUNCH};
    CHECK_EQ(recv(second, &hello, sizeof hello, MSG_WAITALL), sizeof hello);
    CHECK_EQ(send(second, &launch, sizeof launch, MSG_NOSIGNAL), sizeof launch);
    job_await_started(job);
    job_kill(job);
    CHECK_STATUS(job, SIGKILL);
    close(second);
    free(job);
}

TEST(EACH_SHIM, a_v1_group_that_cannot_be_joined_is_told)
{
    struct job *job = job_run(&(struct job_spec){.argv = SH("exit 0"), .tasks = "/dev/full"});
    CHECK_TEXT(job_step(job), "cgroup");
    CHECK_EQ(job_number(job, "errno"), ENOSPC);
}

TEST(STATIC_SHIM, a_journal_without_disk_is_told_by_what_was_reserved_for_it)
{
    need_strace();
    struct job_spec spec = traced("inject=pwrite64:error=ENOSPC:when=1");
    struct job *job = job_run(&spec);
    CHECK_TEXT(job_step(job), "journal");
    CHECK_EQ(job_number(job, "errno"), ENOSPC);
    CHECK(access("ran", F_OK) != 0);
}

/* What a file of /proc says, nothing where the process is gone. */
static void read_of(pid_t pid, const char *format, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, format, (int)pid, (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(text, (int)size, file) == NULL)
        text[0] = '\0';
    if (file != NULL)
        fclose(file);
}

/* The first child of a process that is jobd's, once there is one; strace has others. */
static pid_t await_child_of(pid_t parent)
{
    char children[64], name[64];
    for (uint64_t began = now_ns(); now_ns() - began < JOB_PATIENCE_MS * MILLISECOND;) {
        read_of(parent, "/proc/%d/task/%d/children", children, sizeof children);
        read_of(atoi(children), "/proc/%d/comm", name, sizeof name);
        if (strncmp(name, "jobd-", 5) == 0)
            return atoi(children);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* nothing tells a birth to a stranger */
    }
    CHECK(!"a child in time");
    return 0;
}

/* Until strace holds the process at the call that it delays. */
static void await_call(pid_t pid, long number)
{
    char text[256];
    for (uint64_t began = now_ns(); now_ns() - began < JOB_PATIENCE_MS * MILLISECOND;) {
        read_of(pid, "/proc/%d/syscall", text, sizeof text);
        if (text[0] >= '0' && text[0] <= '9' && atol(text) == number)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    CHECK(!"at the call in time");
}

enum slowed { INIT, COMMAND };

/* Kills the shim while init, or the process that is to be the command, is at one call. */
static void check_dies_with_shim(const char *slow, enum slowed who, long call)
{
    need_strace();
    struct job_spec spec = traced(slow);
    struct job *job = job_start(&spec);
    pid_t shim = await_child_of(job->shim), init = await_child_of(shim);
    int process = process_open(init), tracer = process_open(job->shim);
    await_call(who == INIT ? init : await_child_of(init), call);
    CHECK(kill(shim, SIGKILL) == 0);
    process_await_end(process);
    process_await_end(tracer); /* it leaves when nobody is left that it traces */
    CHECK(access("ran", F_OK) != 0);
    CHECK(!job_is_recorded(job)); /* nothing is recorded that was not observed */
    char file[5000], text[256];
    snprintf(file, sizeof file, "%s/cgroup.events", group_unified());
    read_text(file, text, sizeof text);
    CHECK(strstr(text, "populated 0") != NULL);
}

#ifdef SYS_fork /* by which libc forks, where there is one */
static const long SYS_FORK_OR_CLONE = SYS_fork;
#else
static const long SYS_FORK_OR_CLONE = SYS_clone;
#endif

#define DYING(name, call, number, who)                                              \
    TEST(STATIC_SHIM, name)                                                        \
    {                                                                              \
        check_dies_with_shim("inject=" call ":delay_enter=1000000", who, number);  \
    }

DYING(a_shim_killed_before_init_is_bound_to_it_takes_init_along, "prctl", SYS_prctl, INIT)
DYING(a_shim_killed_before_the_namespaces_are_ready_takes_init_along, "mount", SYS_mount, INIT)
DYING(a_shim_killed_before_the_fork_takes_init_along, "/^(fork|clone)$", SYS_FORK_OR_CLONE, INIT)
DYING(a_shim_killed_before_the_exec_takes_all_along, "setsid", SYS_setsid, COMMAND)
