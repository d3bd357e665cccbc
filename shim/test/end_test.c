/* How jobs end: stopped, timed out, bounded, killed from outside, with whatever they left running. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "groups.h"
#include "job.h"

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 * MILLISECOND + (uint64_t)time.tv_nsec;
}

/* A job that has said that it is ready. */
static struct job *ready(const char *script)
{
    struct job *job = job_sh(script);
    job_await_started(job);
    job_await_output(job, 0);
    return job;
}

TEST(EACH_SHIM, a_stop_kills_the_whole_tree_at_once)
{
    struct job *job = ready("sleep 1001 & setsid sleep 1002 & (setsid sh -c 'sleep 1003 & sleep 1004' &); echo; wait");
    int command = process_open(job->command);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    process_await_end(command);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGKILL);
    CHECK_EQ(job_number(job, "timed_out"), 0);
}

TEST(EACH_SHIM, whoever_was_forked_twice_into_a_session_of_its_own_ends_with_the_command)
{
    struct job *job = job_run_sh("(setsid sh -c 'trap \"\" TERM HUP; sleep 1000 & sleep 1000' &); exit 3");
    CHECK_STATUS(job, 3 << 8);
    CHECK_EQ(job_number(job, "survivors"), 0);
}

TEST(EACH_SHIM, a_background_child_that_holds_the_pipe_does_not_keep_a_job)
{
    struct job *job = job_run_sh("sleep 1000 & echo hi");
    CHECK_STATUS(job, 0);
    CHECK_STDOUT(job, "hi\n");
}

TEST(EACH_SHIM, a_command_that_handles_the_stop_ends_with_its_own_code)
{
    struct job *job = ready("trap 'echo bye; exit 3' TERM; echo hi; sleep 1000 & wait");
    job_tell(job, CONTROL_STOP, SIGTERM, 60000 * MILLISECOND);
    job_end(job);
    CHECK_STATUS(job, 3 << 8);
    CHECK_STDOUT(job, "hi\nbye\n");
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_command_that_ignores_the_stop_is_killed_after_the_grace)
{
    struct job *job = ready("trap '' TERM; echo; sleep 1000");
    uint64_t began = now();
    job_tell(job, CONTROL_STOP, SIGTERM, 200 * MILLISECOND);
    job_end(job);
    CHECK(now() - began >= 200 * MILLISECOND);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_second_stop_without_grace_cuts_the_first_short)
{
    struct job *job = ready("trap '' TERM; echo; sleep 1000");
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX); /* as good as for ever */
    job_tell(job, CONTROL_SIGNAL, 0, 0);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_second_stop_with_a_longer_grace_does_not_prolong_the_first)
{
    struct job *job = ready("trap '' TERM; echo; sleep 1000");
    job_tell(job, CONTROL_STOP, SIGTERM, 200 * MILLISECOND);
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX);
    job_end(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_stop_reaches_what_a_shell_waits_for)
{
    /* A shell that gets SIGINT waits for its child first, which has none of its own but by its group. The child is one
     * that has told of itself: between its fork and its exec the shell's handler would eat the signal there. */
    struct job *job = ready("perl -e '$| = 1; print qq(\\n); sleep 1000'; exit 3");
    job_tell(job, CONTROL_STOP, SIGINT, UINT64_MAX);
    job_end(job);
    CHECK_STATUS(job, SIGINT);
}

TEST(EACH_SHIM, a_resumed_stop_is_one_where_none_came_before)
{
    struct job *job = ready("echo; sleep 1000");
    job_tell(job, CONTROL_RESUME_STOP, SIGTERM, UINT64_MAX);
    job_end(job);
    CHECK_STATUS(job, SIGTERM);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_resumed_stop_is_nothing_where_one_came_before)
{
    struct job *job = ready("trap : TERM; echo; while :; do sleep 1000 & wait; done");
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX);
    job_tell(job, CONTROL_RESUME_STOP, SIGKILL, 0);
    job_tell(job, CONTROL_WATCH, 0, 0); /* answered after both were handled */
    while (job_next(job).type != CONTROL_GREW)
        ;
    CHECK(kill(job->command, 0) == 0);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_grace_beyond_all_clocks_is_no_grace_of_none)
{
    struct job *job = ready("trap : TERM; echo; while :; do sleep 1000 & wait; done");
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX);
    job_tell(job, CONTROL_WATCH, 0, 0); /* answered after the stop was handled */
    while (job_next(job).type != CONTROL_GREW)
        ;
    CHECK(kill(job->command, 0) == 0);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
}

TEST(EACH_SHIM, a_signal_goes_to_the_command_alone)
{
    struct job *job = ready("trap 'echo usr1; exit 6' USR1; echo; sleep 1000 & wait");
    job_tell(job, CONTROL_SIGNAL, SIGUSR1, 0);
    job_end(job);
    CHECK_STATUS(job, 6 << 8);
    CHECK_EQ(job_number(job, "stop_signal"), 0);
}

TEST(EACH_SHIM, a_job_out_of_time_is_killed_and_says_so)
{
    uint64_t began = now();
    struct job *job = job_run(&(struct job_spec){.argv = ARGV("sleep", "1000"), .timeout_ns = 100 * MILLISECOND});
    CHECK(now() - began >= 100 * MILLISECOND);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "timed_out"), 1);
    CHECK_EQ(job_number(job, "stop_signal"), 0);
}

TEST(EACH_SHIM, a_time_beyond_all_clocks_is_unbounded)
{
    struct job *job = job_run(&(struct job_spec){.argv = SH("sleep 0.1; exit 1"), .timeout_ns = UINT64_MAX});
    CHECK_STATUS(job, 1 << 8);
    CHECK_EQ(job_number(job, "timed_out"), 0);
}

TEST(EACH_SHIM, output_beyond_its_bound_is_dropped_counted_and_blocks_nothing)
{
    struct job *job = job_run(&(struct job_spec){
        .argv = SH("head -c 1000000 /dev/zero; head -c 500000 /dev/zero >&2; exit 2"), .output_max = 10});
    CHECK_STATUS(job, 2 << 8);
    CHECK_EQ(job->output_length, 10);
    CHECK_EQ(job_number(job, "dropped"), 1499990);
    CHECK_EQ(job_gap(job, INDEX_STDOUT), 999990);
    CHECK_EQ(job_gap(job, INDEX_STDERR), 500000);
}

TEST(EACH_SHIM, a_full_disk_costs_output_but_neither_the_job_nor_its_verdict)
{
    struct job *job = job_run(&(struct job_spec){.argv = SH("head -c 1000000 /dev/zero; exit 7"), .small_disk = true});
    CHECK_STATUS(job, 7 << 8);
    CHECK(job->output_length > 0);
    CHECK_EQ(job->output_length + (uintmax_t)job_number(job, "dropped"), 1000000);
}

TEST(EACH_SHIM, a_file_size_limit_of_the_server_does_not_end_the_shim)
{
    struct job *job = job_run(&(struct job_spec){.argv = SH("head -c 100000 /dev/zero; exit 7"), .file_bytes = 8192});
    CHECK_STATUS(job, 7 << 8);
    CHECK_EQ(job->output_length, 8192);
    CHECK_EQ(job_number(job, "dropped"), 100000 - 8192);
}

TEST(EACH_SHIM, nobody_has_to_read_the_control_socket)
{
    struct job *job = job_sh("head -c 3000000 /dev/zero; exit 7");
    int shim = process_open(job->shim);
    for (int i = 0; i < 4000; i++) { /* more than its buffer takes in answers */
        struct control_message watch = {.type = CONTROL_WATCH};
        (void)!send(job->control, &watch, sizeof watch, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    process_await_end(shim);
    job_end(job);
    CHECK_STATUS(job, 7 << 8);
    CHECK_EQ(job->output_length, 3000000);
}

TEST(EACH_SHIM, a_server_that_comes_back_is_told_what_is)
{
    struct job *job = ready("echo; sleep 1000");
    pid_t command = job->command;
    close(job->control);
    job->control = job_connect(job);
    struct control_message hello = job_next(job);
    CHECK_EQ(hello.type, CONTROL_HELLO);
    CHECK_EQ(hello.value, CONTROL_VERSION);
    CHECK_EQ(job_next(job).value, command);
    job_await_output(job, 0);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    CHECK(job->ended);
}

TEST(EACH_SHIM, a_job_ends_with_its_shim)
{
    struct job *job = ready("setsid sleep 1000 & echo; sleep 1000");
    int command = process_open(job->command), init = process_open(process_parent(job->command));
    CHECK(kill(job->shim, SIGKILL) == 0);
    process_await_end(command);
    process_await_end(init);
    char path[4200];
    snprintf(path, sizeof path, "%s/exit", job->directory);
    CHECK(access(path, F_OK) != 0); /* nothing is recorded that was not observed */
}

TEST(EACH_SHIM, signals_that_end_services_do_not_end_a_shim)
{
    struct job *job = ready("echo; sleep 1000");
    const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        CHECK(kill(job->shim, signals[i]) == 0);
    job_await_output(job, 0);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
}

TEST(EACH_SHIM, a_job_whose_init_is_killed_is_killed)
{
    struct job *job = ready("setsid sleep 1000 & echo; sleep 1000");
    CHECK(kill(process_parent(job->command), SIGKILL) == 0);
    job_end(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), 0);
}

TEST(EACH_SHIM, a_job_whose_init_does_not_answer_is_killed_all_the_same)
{
    struct job *job = ready("echo; sleep 1000");
    CHECK(kill(process_parent(job->command), SIGSTOP) == 0);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGKILL);
}

static bool is_state(pid_t pid, char state)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_text(path, text, sizeof text);
    return strrchr(text, ')')[2] == state;
}

static void await_state(pid_t pid, char state)
{
    uint64_t began = now();
    while (!is_state(pid, state)) {
        CHECK(now() - began < JOB_PATIENCE_MS * MILLISECOND);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* nothing tells a stop to who is not the parent */
    }
}

/* The command ends just when an order is on its way to its init, and the shim sees both late. */
TEST(EACH_SHIM, a_status_is_not_lost_to_an_order_that_came_too_late)
{
    struct job *job = ready("trap 'exit 9' USR1; echo; sleep 1000 & wait");
    pid_t init = process_parent(job->command);
    int process = process_open(init);
    CHECK(kill(init, SIGSTOP) == 0);
    await_state(init, 'T');
    job_tell(job, CONTROL_SIGNAL, SIGURG, 0);
    job_await_output(job, 0); /* so it was sent */
    CHECK(kill(job->shim, SIGSTOP) == 0);
    await_state(job->shim, 'T');
    CHECK(kill(job->command, SIGUSR1) == 0);
    await_state(job->command, 'Z');
    CHECK(kill(init, SIGCONT) == 0);
    process_await_end(process);
    CHECK(kill(job->shim, SIGCONT) == 0);
    job_end(job);
    CHECK_STATUS(job, 9 << 8);
}

/* Slows the launch down, so that what is sent meanwhile is there before the command is. */
static struct job *launching(void)
{
    need_strace();
    struct job *job = job_start(
        &(struct job_spec){.argv = ARGV("sleep", "1000"), .inject = "inject=sethostname:delay_enter=300000"});
    CHECK_EQ(job_next(job).type, CONTROL_HELLO);
    return job;
}

TEST(STATIC_SHIM, a_stop_that_comes_during_the_launch_is_not_lost)
{
    struct job *job = launching();
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGKILL);
}

TEST(STATIC_SHIM, a_gentle_stop_that_comes_during_the_launch_is_not_lost)
{
    struct job *job = launching();
    job_tell(job, CONTROL_STOP, SIGTERM, 60000 * MILLISECOND);
    job_end(job);
    CHECK_STATUS(job, SIGTERM);
}

TEST(STATIC_SHIM, a_journal_that_the_disk_did_not_take_is_told)
{
    need_strace();
    struct job *job = job_run(&(struct job_spec){.argv = SH("echo; exit 3"), .inject = "inject=fdatasync:error=EIO"});
    CHECK_STATUS(job, 3 << 8);
    CHECK_EQ(job_number(job, "journal_failed"), 1);
}

TEST(STATIC_SHIM, a_record_that_is_not_durable_is_none)
{
    need_strace();
    struct job *job = job_start(&(struct job_spec){.argv = SH("exit 3"), .inject = "inject=fsync:error=EIO:when=1"});
    while (job_next_or_none(job).type != 0)
        ;
    CHECK(!job->ended);
    CHECK_EQ(await_child(job->shim), 3 << 8);
    char path[4200];
    snprintf(path, sizeof path, "%s/exit", job->directory);
    CHECK(access(path, F_OK) != 0);
}

/* Whoever got hold of a pipe of the job, here through /proc, does not keep it from ending: what is in the pipe when
 * the job has ended is taken, and no more. */
TEST(EACH_SHIM, a_stranger_who_writes_to_the_jobs_pipe_for_ever_does_not_keep_it)
{
    enum { CAPACITY = 1 << 20, STRANGERS = 4, AT_ONCE = 256 << 10 };
    static const char flood[CAPACITY];
    need_strace();
    struct job *job = job_start(&(struct job_spec){
        .argv = SH("echo; sleep 1000"), .inject = "inject=pwrite64:delay_enter=5000"}); /* us: it is never the faster */
    job_await_started(job);
    job_await_output(job, 0);
    pid_t init = process_parent(job->command), shim = process_parent(init);
    int process = process_open(init);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/1", (int)job->command);
    int pipe = open(path, O_WRONLY | O_CLOEXEC);
    CHECK(pipe >= 0);
    CHECK_EQ(fcntl(pipe, F_SETPIPE_SZ, CAPACITY), CAPACITY);
    kill(shim, SIGSTOP);
    await_state(shim, 't'); /* by its tracer */
    kill(init, SIGKILL);
    process_await_end(process);

    CHECK_EQ(write(pipe, flood, CAPACITY), CAPACITY);
    pid_t strangers[STRANGERS];
    for (int i = 0; i < STRANGERS; i++) {
        strangers[i] = fork();
        while (strangers[i] == 0 && write(pipe, flood, CAPACITY) > 0)
            ;
    }
    kill(shim, SIGCONT);
    job_end(job);
    uint64_t taken = job->output_length;
    CHECK(taken > CAPACITY && taken <= 1 + AT_ONCE + CAPACITY); /* echo's, what was taken before the end, the rest */
    for (int i = 0; i < STRANGERS; i++) {
        kill(strangers[i], SIGKILL);
        await_child(strangers[i]);
    }
}

TEST(EACH_SHIM, a_fork_bomb_within_its_limit_is_killed_whole)
{
    const char *pids = group_pids(50);
    char tasks[4096];
    snprintf(tasks, sizeof tasks, "%s/tasks", pids);
    struct job *job = job_start(&(struct job_spec){
        .argv = SH("bomb() { bomb & bomb & wait; }; bomb & exec sleep 1000"), .tasks = access(tasks, W_OK) == 0 ? tasks : NULL});
    job_await_started(job);
    job_await_output(job, 0); /* "Cannot fork" */
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    CHECK_EQ(job_number(job, "survivors"), 0);
    CHECK(rmdir(pids) == 0);
}

static void check_not_taken(const char *directory)
{
    struct job *other = job_start(&(struct job_spec){.argv = SH("exit 0"), .directory = directory});
    CHECK_EQ(await_child(other->shim), 2 << 8);
}

TEST(EACH_SHIM, the_directory_of_a_job_is_not_taken_by_another)
{
    struct job *job = ready("echo; sleep 1000");
    check_not_taken(job->directory);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
    check_not_taken(job->directory);
    char path[4200], text[sizeof job->exit];
    snprintf(path, sizeof path, "%s/exit", job->directory);
    read_text(path, text, sizeof text);
    CHECK_TEXT(text, job->exit);
}
