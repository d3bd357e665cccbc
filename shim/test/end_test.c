/* How jobs end: stopped, timed out, bounded, killed from outside, with whatever they left running. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "groups.h"
#include "job.h"
#include "process.h"

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

TEST(EACH_SHIM, a_job_out_of_time_is_killed_and_says_so)
{
    uint64_t began = now_ns();
    struct job *job = job_run(&(struct job_spec){.argv = ARGV("sleep", "1000"), .timeout_ns = 100 * MILLISECOND});
    CHECK(now_ns() - began >= 100 * MILLISECOND);
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
    struct job *job = job_ready("echo; sleep 1000");
    pid_t command = job->command;
    close(job->control);
    job->control = job_connect(job);
    struct control_message hello = job_next(job);
    CHECK_EQ(hello.type, CONTROL_HELLO);
    CHECK_EQ(hello.value, CONTROL_VERSION);
    CHECK_EQ(job_next(job).value, command);
    job_await_output(job, 0);
    job_kill(job);
    CHECK(job->ended);
}

TEST(EACH_SHIM, a_job_ends_with_its_shim)
{
    struct job *job = job_ready("setsid sleep 1000 & echo; sleep 1000");
    int command = process_open(job->command), init = process_open(process_parent(job->command));
    CHECK(kill(job->shim, SIGKILL) == 0);
    process_await_end(command);
    process_await_end(init);
    CHECK(!job_is_recorded(job)); /* nothing is recorded that was not observed */
}

TEST(EACH_SHIM, signals_that_end_services_do_not_end_a_shim)
{
    struct job *job = job_ready("echo; sleep 1000");
    const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        CHECK(kill(job->shim, signals[i]) == 0);
    job_await_output(job, 0);
    job_kill(job);
}

TEST(EACH_SHIM, a_job_whose_init_is_killed_is_killed)
{
    struct job *job = job_ready("setsid sleep 1000 & echo; sleep 1000");
    CHECK(kill(process_parent(job->command), SIGKILL) == 0);
    job_end(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), 0);
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
    CHECK(!job_is_recorded(job));
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
    process_await_state(shim, 't'); /* by its tracer */
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
    struct job *job = job_start(&(struct job_spec){
        .argv = SH("bomb() { bomb & bomb & wait; }; bomb & exec sleep 1000"), .tasks = group_tasks(pids)});
    job_await_started(job);
    job_await_output(job, 0); /* "Cannot fork" */
    job_kill(job);
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
    struct job *job = job_ready("echo; sleep 1000");
    check_not_taken(job->directory);
    job_kill(job);
    check_not_taken(job->directory);
    char path[4200], text[sizeof job->exit];
    snprintf(path, sizeof path, "%s/exit", job->directory);
    read_text(path, text, sizeof text);
    CHECK_TEXT(text, job->exit);
}
