#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "job.h"
#include "process.h"

TEST(EACH_SHIM, a_command_is_as_nice_as_it_is_told)
{
    struct job *job = job_run(&(struct job_spec){.argv = ARGV("nice"), .nice = 7});
    CHECK_STDOUT(job, "7\n");
}

TEST(STATIC_SHIM, a_nice_value_that_cannot_be_set_is_told)
{
    need_strace();
    struct job *job =
        job_run(&(struct job_spec){.argv = ARGV("true"), .nice = 7, .inject = "inject=setpriority:error=EACCES"});
    CHECK_TEXT(job_step(job), "nice");
    CHECK_EQ(job_number(job, "errno"), EACCES);
}

TEST(EACH_SHIM, notice_of_want_of_memory_that_cannot_be_had_is_told)
{
    struct job *job =
        job_run(&(struct job_spec){.argv = ARGV("true"), .oom = "/dev/null", .oom_notice = "/nonexistent"});
    CHECK_TEXT(job_step(job), "oom-notice");
    CHECK_EQ(job_number(job, "errno"), ENOENT);
    CHECK_EQ(job_number(job, "started"), 0);
}

static void bind_disks(void)
{
    write_text("io/io.max", "8:0 rbps=4096 wbps=max riops=max wiops=max\n");
    write_text("io/blkio.throttle.write_bps_device", "8:0 4096\n");
}

/* Files that stand for a group's: each write to a real one is a whole command, so the last one is what shows. */
static struct job_spec bounded(const char *const *argv)
{
    static char io[PATH_MAX];
    snprintf(io, sizeof io, "%s/io", test_directory());
    CHECK(mkdir(io, 0700) == 0);
    bind_disks();
    return (struct job_spec){.argv = argv, .io = io};
}

static bool begins(const char *file, const char *with)
{
    char path[PATH_MAX + 64], text[128];
    snprintf(path, sizeof path, "%s/io/%s", test_directory(), file);
    read_text(path, text, sizeof text);
    return strncmp(text, with, strlen(with)) == 0;
}

static void check_lifted(void)
{
    CHECK(begins("io.max", "8:0 rbps=max wbps=max riops=max wiops=max"));
    CHECK(begins("blkio.throttle.write_bps_device", "8:0 0"));
}

static void check_bounded(void)
{
    CHECK(begins("io.max", "8:0 rbps=4096 wbps=max riops=max wiops=max"));
    CHECK(begins("blkio.throttle.write_bps_device", "8:0 4096"));
}

TEST(EACH_SHIM, a_killed_job_does_not_wait_for_its_bounds)
{
    struct job_spec spec = bounded(ARGV("sleep", "1000"));
    struct job *job = job_start(&spec);
    job_await_started(job);
    job_kill(job);
    check_lifted();
}

TEST(EACH_SHIM, bounds_that_are_written_while_a_job_is_killed_are_lifted_again)
{
    struct job_spec spec = bounded(SH("echo; exec sleep 1000"));
    struct job *job = job_start(&spec);
    job_await_started(job);
    job_await_output(job, 0);
    CHECK(kill(process_parent(job->command), SIGSTOP) == 0); /* init, which then takes its time to kill */
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_await_output(job, 0); /* answered after what came before */
    check_lifted();
    bind_disks();
    job_tell(job, CONTROL_BOUNDS_WRITTEN, 0, 0);
    job_end(job);
    check_lifted();
}

TEST(EACH_SHIM, bounds_that_are_written_while_a_job_runs_stay)
{
    struct job_spec spec = bounded(SH("echo; exec sleep 1000"));
    struct job *job = job_start(&spec);
    job_await_started(job);
    job_tell(job, CONTROL_BOUNDS_WRITTEN, 0, 0);
    job_await_output(job, 0); /* answered after what came before */
    check_bounded();
    job_kill(job);
}

TEST(EACH_SHIM, what_a_command_leaves_does_not_wait_for_its_bounds)
{
    struct job_spec spec = bounded(SH("sleep 1000 & exit 0"));
    (void)job_run(&spec);
    check_lifted();
}

TEST(EACH_SHIM, a_tree_that_is_waited_for_keeps_its_bounds_until_it_is_killed)
{
    struct job_spec spec = bounded(
        SH(ORPHAN("exec 9<>go; trap \"echo told\" TERM; echo; read x <&9; read x <&9") "exit 5"));
    spec.workdir = test_directory();
    spec.wait_tree = true;
    CHECK(mkfifo("go", 0600) == 0);
    struct job *job = job_start(&spec);
    job_await_output(job, 0);
    /* Init tells of the command's end before it passes a signal on: the shim has that with the answer to it. */
    job_tell(job, CONTROL_STOP, SIGTERM, 60000 * MILLISECOND);
    job_await_output(job, 1);
    job_await_output(job, 0); /* answered after what came with it */
    check_bounded();
    job_kill(job);
    CHECK_STATUS(job, 5 << 8);
    check_lifted();
}
