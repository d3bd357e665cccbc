/* How jobs are stopped, and what signals reach of them. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>

#include "check.h"
#include "job.h"
#include "process.h"

TEST(EACH_SHIM, a_stop_kills_the_whole_tree_at_once)
{
    struct job *job = job_ready("sleep 1001 & setsid sleep 1002 &"
                                " (setsid sh -c 'sleep 1003 & sleep 1004' &); echo; wait");
    int command = process_open(job->command);
    job_kill(job);
    process_await_end(command);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGKILL);
    CHECK_EQ(job_number(job, "timed_out"), 0);
}

TEST(EACH_SHIM, a_command_that_handles_the_stop_ends_with_its_own_code)
{
    struct job *job = job_ready("trap 'echo bye; exit 3' TERM; echo hi; sleep 1000 & wait");
    job_tell(job, CONTROL_STOP, SIGTERM, 60000 * MILLISECOND);
    job_end(job);
    CHECK_STATUS(job, 3 << 8);
    CHECK_STDOUT(job, "hi\nbye\n");
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_command_that_ignores_the_stop_is_killed_after_the_grace)
{
    struct job *job = job_ready("trap '' TERM; echo; sleep 1000");
    uint64_t began = now_ns();
    job_tell(job, CONTROL_STOP, SIGTERM, 200 * MILLISECOND);
    job_end(job);
    CHECK(now_ns() - began >= 200 * MILLISECOND);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_second_stop_without_grace_cuts_the_first_short)
{
    struct job *job = job_ready("trap '' TERM; echo; sleep 1000");
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX); /* as good as for ever */
    job_tell(job, CONTROL_SIGNAL, 0, 0);
    job_kill(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_second_stop_with_a_longer_grace_does_not_prolong_the_first)
{
    struct job *job = job_ready("trap '' TERM; echo; sleep 1000");
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
    struct job *job = job_ready("perl -e '$| = 1; print qq(\\n); sleep 1000'; exit 3");
    job_tell(job, CONTROL_STOP, SIGINT, UINT64_MAX);
    job_end(job);
    CHECK_STATUS(job, SIGINT);
}

TEST(EACH_SHIM, a_resumed_stop_is_one_where_none_came_before)
{
    struct job *job = job_ready("echo; sleep 1000");
    job_tell(job, CONTROL_RESUME_STOP, SIGTERM, UINT64_MAX);
    job_end(job);
    CHECK_STATUS(job, SIGTERM);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_resumed_stop_is_nothing_where_one_came_before)
{
    struct job *job = job_ready("trap : TERM; echo; while :; do sleep 1000 & wait; done");
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX);
    job_tell(job, CONTROL_RESUME_STOP, SIGKILL, 0);
    job_await_output(job, 0); /* answered after both were handled */
    CHECK(kill(job->command, 0) == 0);
    job_kill(job);
    CHECK_EQ(job_number(job, "stop_signal"), SIGTERM);
}

TEST(EACH_SHIM, a_grace_beyond_all_clocks_is_no_grace_of_none)
{
    struct job *job = job_ready("trap : TERM; echo; while :; do sleep 1000 & wait; done");
    job_tell(job, CONTROL_STOP, SIGTERM, UINT64_MAX);
    job_await_output(job, 0); /* answered after the stop was handled */
    CHECK(kill(job->command, 0) == 0);
    job_kill(job);
}

TEST(EACH_SHIM, a_signal_goes_to_the_command_alone)
{
    struct job *job = job_ready("trap 'echo usr1; exit 6' USR1; echo; sleep 1000 & wait");
    job_tell(job, CONTROL_SIGNAL, SIGUSR1, 0);
    job_end(job);
    CHECK_STATUS(job, 6 << 8);
    CHECK_EQ(job_number(job, "stop_signal"), 0);
}

TEST(EACH_SHIM, a_job_whose_init_does_not_answer_is_killed_all_the_same)
{
    struct job *job = job_ready("echo; sleep 1000");
    CHECK(kill(process_parent(job->command), SIGSTOP) == 0);
    job_kill(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "stop_signal"), SIGKILL);
}

/* The command ends just when an order is on its way to its init, and the shim sees both late. */
TEST(EACH_SHIM, a_status_is_not_lost_to_an_order_that_came_too_late)
{
    struct job *job = job_ready("trap 'exit 9' USR1; echo; sleep 1000 & wait");
    pid_t init = process_parent(job->command);
    int process = process_open(init);
    CHECK(kill(init, SIGSTOP) == 0);
    process_await_state(init, 'T');
    job_tell(job, CONTROL_SIGNAL, SIGURG, 0);
    job_await_output(job, 0); /* so it was sent */
    CHECK(kill(job->shim, SIGSTOP) == 0);
    process_await_state(job->shim, 'T');
    CHECK(kill(job->command, SIGUSR1) == 0);
    process_await_state(job->command, 'Z');
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
    job_kill(job);
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
