/* What a job gets as its stdin, and what is told of it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "job.h"

enum {
    PIPE_BYTES = 64 << 10, /* pipe(7) */
    INPUT_BYTES = 3 << 20,
};

static char input[INPUT_BYTES];

static void make_input(void)
{
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (char)(i * 31 + (i >> 8) + (i >> 16));
}

/* A job with a pipe as stdin, and fifos to tell it to go on by; one each time, for an earlier writer may not have
 * closed yet. */
static struct job *fed(const char *script)
{
    make_input();
    CHECK(mkfifo("go", 0600) == 0 && mkfifo("end", 0600) == 0);
    return job_start(&(struct job_spec){.argv = SH(script), .workdir = test_directory(), .open_stdin = true});
}

/* Sends input from an offset to another, as much at a time as may be. */
static void feed(struct job *job, uint64_t from, uint64_t to)
{
    while (from < to) {
        size_t length = to - from < INPUT_MAX_BYTES ? to - from : INPUT_MAX_BYTES;
        job_send_input(job, input + from, length);
        from += length;
        CHECK_EQ(job_await_input(job, CONTROL_INPUT_TAKEN), from);
    }
}

static struct control_message closed(struct job *job)
{
    struct control_message message;
    do
        message = job_next(job);
    while (message.type < CONTROL_INPUT_OPENED);
    CHECK_EQ(message.type, CONTROL_INPUT_CLOSED);
    return message;
}

static void end_input(struct job *job, uint64_t length)
{
    job_tell(job, CONTROL_INPUT_END, 0, 0);
    struct control_message told = closed(job);
    CHECK_EQ(told.value, INPUT_COMPLETE);
    CHECK_EQ(told.number, length);
}

static void check_output(const struct job *job, uint64_t length)
{
    CHECK_EQ(job->output_length, length);
    CHECK(memcmp(job->output, input, length) == 0);
    CHECK_STATUS(job, 0);
}

TEST(EACH_SHIM, without_a_pipe_the_command_reads_the_end_at_once)
{
    struct job *job = job_run_sh("wc -c; readlink /proc/self/fd/0");
    CHECK_STDOUT(job, "0\n/dev/null\n");
}

TEST(EACH_SHIM, input_that_was_not_asked_for_is_refused)
{
    struct job *job = job_sh("sleep 1000");
    job_tell(job, CONTROL_INPUT_OPEN, 0, 0);
    struct control_message told = closed(job);
    CHECK_EQ(told.value, INPUT_REFUSED);
    CHECK_EQ(told.number, 0);
    job_kill(job);
}

TEST(EACH_SHIM, input_comes_byte_by_byte_as_it_was_sent_and_ends)
{
    struct job *job = fed("cat");
    CHECK_EQ(job_open_input(job), 0);
    feed(job, 0, INPUT_BYTES);
    end_input(job, INPUT_BYTES);
    job_end(job);
    check_output(job, INPUT_BYTES);
}

TEST(EACH_SHIM, input_that_is_empty_ends_at_once)
{
    struct job *job = fed("wc -c");
    job_open_input(job);
    end_input(job, 0);
    job_end(job);
    CHECK_STDOUT(job, "0\n");
}

TEST(EACH_SHIM, input_that_comes_before_the_command_waits_for_it)
{
    make_input();
    struct job *job = job_start(
        &(struct job_spec){.argv = ARGV("cat"), .open_stdin = true, .unentered = true, .unreleased = true});
    CHECK_EQ(job_open_input(job), 0);
    job_send_input(job, input, 1000);
    job_tell(job, CONTROL_INPUT_END, 0, 0);
    job_tell(job, CONTROL_ENTER, 0, 0);
    job_tell(job, CONTROL_LAUNCH, 0, 0);
    job_end(job);
    check_output(job, 1000);
}

TEST(EACH_SHIM, an_end_that_comes_before_the_command_is_its_end)
{
    struct job *job = job_start(
        &(struct job_spec){.argv = SH("wc -c"), .open_stdin = true, .unentered = true, .unreleased = true});
    job_open_input(job);
    end_input(job, 0);
    job_tell(job, CONTROL_ENTER, 0, 0);
    job_tell(job, CONTROL_LAUNCH, 0, 0);
    job_end(job);
    CHECK_STDOUT(job, "0\n");
}

TEST(EACH_SHIM, a_job_that_closes_its_stdin_says_so_unasked)
{
    struct job *job = fed("read x <go; exec <&-; read x <end");
    job_open_input(job);
    write_text("go", "\n");
    CHECK_EQ(closed(job).value, INPUT_REFUSED);
    job_tell(job, CONTROL_INPUT_OPEN, 0, 0); /* as a server that was away */
    CHECK_EQ(closed(job).value, INPUT_REFUSED);
    write_text("end", "\n");
    job_end(job);
    CHECK_STATUS(job, 0);
}

TEST(EACH_SHIM, a_job_that_closes_its_stdin_in_the_midst_of_input_says_how_much_it_had)
{
    struct job *job = fed("read x <go; exec <&-; read x <end");
    job_open_input(job);
    feed(job, 0, PIPE_BYTES);
    job_send_input(job, input + PIPE_BYTES, INPUT_MAX_BYTES); /* stays held: the pipe is full */
    write_text("go", "\n");
    struct control_message told = closed(job);
    CHECK_EQ(told.value, INPUT_REFUSED);
    CHECK_EQ(told.number, PIPE_BYTES);
    job_send_input(job, input, 100); /* which was on its way, */
    job_send_input(job, input, 100); /* as more may be where the one before was, too */
    job_tell(job, CONTROL_INPUT_END, 0, 0);
    write_text("end", "\n");
    job_end(job);
    CHECK_STATUS(job, 0);
}

TEST(EACH_SHIM, a_job_that_does_not_read_is_served_as_any_other)
{
    struct job *job = fed("trap 'echo bye; exit 3' TERM; echo hi; sleep 1000 & wait");
    job_open_input(job);
    feed(job, 0, PIPE_BYTES);
    job_send_input(job, input + PIPE_BYTES, INPUT_MAX_BYTES);
    job_await_output(job, 2);
    job_tell(job, CONTROL_STOP, SIGTERM, 60000 * MILLISECOND);
    job_end(job);
    CHECK_STATUS(job, 3 << 8);
    CHECK_STDOUT(job, "hi\nbye\n");
}

TEST(EACH_SHIM, the_next_server_goes_on_where_input_stands)
{
    struct job *job = fed("read x <go; cat");
    job_open_input(job);
    job_send_input(job, input, 10);
    CHECK_EQ(job_await_input(job, CONTROL_INPUT_TAKEN), 10);
    job_send_input(job, input + 10, INPUT_MAX_BYTES); /* more than the pipe takes */
    job_reconnect(job);
    uint64_t taken = job_open_input(job);
    CHECK(taken >= 10 && taken < 10 + INPUT_MAX_BYTES);
    write_text("go", "\n");
    feed(job, taken, INPUT_BYTES);
    end_input(job, INPUT_BYTES);
    job_end(job);
    check_output(job, INPUT_BYTES);
}

TEST(EACH_SHIM, half_a_message_of_a_server_that_was_killed_is_forgotten)
{
    struct job *job = fed("cat");
    job_open_input(job);
    feed(job, 0, 1000);
    job_tell(job, CONTROL_INPUT, 5000, 0);
    CHECK_EQ(send(job->control, "not to be seen", 14, 0), 14);
    job_reconnect(job);
    CHECK_EQ(job_open_input(job), 1000);
    feed(job, 1000, 200000);
    end_input(job, 200000);
    job_end(job);
    check_output(job, 200000);
}

TEST(EACH_SHIM, an_end_that_the_last_server_asked_for_too_early_is_forgotten_with_it)
{
    struct job *job = fed("read x <go; cat");
    job_open_input(job);
    feed(job, 0, PIPE_BYTES);
    job_send_input(job, input + PIPE_BYTES, 100);
    job_tell(job, CONTROL_INPUT_END, 0, 0);
    CHECK_EQ(job_open_input(job), PIPE_BYTES);
    write_text("go", "\n");
    feed(job, PIPE_BYTES, 2 * PIPE_BYTES);
    end_input(job, 2 * PIPE_BYTES);
    job_end(job);
    check_output(job, 2 * PIPE_BYTES);
}

TEST(EACH_SHIM, input_comes_from_the_last_who_asked_and_from_nobody_else)
{
    struct job *job = fed("cat");
    job_open_input(job);
    feed(job, 0, 1000);
    int before = job->control;
    job->control = job_connect(job);
    CHECK_EQ(job_open_input(job), 1000);
    int now = job->control;

    job->control = before;
    static const char foreign[5000];
    job_send_input(job, foreign, sizeof foreign);
    job_tell(job, CONTROL_INPUT_END, 0, 0);
    job_await_output(job, 999); /* answered after what came before */

    job->control = now;
    feed(job, 1000, 2000);
    end_input(job, 2000);
    job_end(job);
    check_output(job, 2000);
}

TEST(EACH_SHIM, who_asks_after_the_end_hears_that_the_input_was_complete)
{
    struct job *job = fed("cat; read x <go");
    job_open_input(job);
    feed(job, 0, 77);
    end_input(job, 77);
    job_reconnect(job);
    job_tell(job, CONTROL_INPUT_OPEN, 0, 0);
    struct control_message told = closed(job);
    CHECK_EQ(told.value, INPUT_COMPLETE);
    CHECK_EQ(told.number, 77);
    write_text("go", "\n");
    job_end(job);
    check_output(job, 77);
}

TEST(EACH_SHIM, the_command_has_its_end_of_the_pipe_and_nothing_else)
{
    struct job *job = fed("[ -p /dev/stdin ] && exec ls /proc/self/fd");
    job_end(job);
    CHECK_STDOUT(job, "0\n1\n2\n3\n");
}
