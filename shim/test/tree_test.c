/* Jobs that end with their last process. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "job.h"

static struct job *tree(const char *script, uint64_t timeout_ns)
{
    CHECK(mkfifo("go", 0600) == 0);
    return job_start(&(struct job_spec){
        .argv = SH(script), .workdir = test_directory(), .timeout_ns = timeout_ns, .wait_tree = true});
}

TEST(EACH_SHIM, a_tree_that_is_waited_for_ends_with_its_last_process)
{
    struct job *job = tree("(setsid sh -c 'read x <go; echo last' &); echo first; exit 7", 0);
    job_await_output(job, 5);
    write_text("go", "\n");
    job_end(job);
    CHECK_STATUS(job, 7 << 8);
    CHECK_STDOUT(job, "first\nlast\n");
    CHECK_EQ(job_number(job, "survivors"), 0);
}

TEST(EACH_SHIM, a_tree_of_one_process_ends_with_it)
{
    struct job *job = tree("exit 3", 0);
    job_end(job);
    CHECK_STATUS(job, 3 << 8);
}

TEST(EACH_SHIM, a_stop_ends_what_the_command_has_left)
{
    struct job *job = tree("(sleep 1000 & sleep 1000 &); " ORPHAN("echo") "exit 0", 0);
    job_await_output(job, 0);
    job_kill(job);
    CHECK_STATUS(job, 0);
}

TEST(EACH_SHIM, a_stop_with_a_grace_reaches_what_the_command_has_left)
{
    /* It starts nothing that waits: whoever is told between fork and exec may not be listening yet. */
    struct job *job = tree(ORPHAN("exec 9<>go; trap \"echo bye; exit\" TERM; echo alone; read x <&9") "exit 5", 0);
    job_await_output(job, 5);
    job_tell(job, CONTROL_STOP, SIGTERM, 60000 * MILLISECOND);
    job_end(job);
    CHECK_STATUS(job, 5 << 8);
    CHECK_STDOUT(job, "alone\nbye\n");
}

TEST(EACH_SHIM, a_timeout_ends_what_the_command_has_left_and_is_not_what_ended_the_command)
{
    struct job *job = tree("sleep 1000 & kill -9 $$", 3000 * MILLISECOND); /* by then the command has surely ended */
    job_end(job);
    CHECK_STATUS(job, SIGKILL);
    CHECK_EQ(job_number(job, "timed_out"), 0);
}

TEST(EACH_SHIM, a_signal_for_the_command_reaches_nobody_after_it)
{
    struct job *job = tree(ORPHAN("echo; read x <go; echo hi") "exit 5", 0);
    job_await_output(job, 0);
    job_tell(job, CONTROL_SIGNAL, SIGKILL, 0);
    job_await_output(job, 0); /* answered after it */
    write_text("go", "\n");
    job_end(job);
    CHECK_STATUS(job, 5 << 8);
    CHECK_STDOUT(job, "\nhi\n");
}
