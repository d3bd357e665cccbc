#define _GNU_SOURCE
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

/* The command may open its streams again by their names, such as /dev/stdout, also as a user who did not make them;
 * such a one to write alone. On a pipe nothing can be truncated or written over: pipe(7). */
static const mode_t STREAM_MODE = 0222;

/* The others are those of the shim: namespaces.h. */
static const uint64_t NAMESPACES = CLONE_NEWPID | CLONE_NEWNS;

static bool make_ends(const struct request *request, struct launched *outside, struct init_ends *inside)
{
    int channel[2], failures[2], streams[2][2], input[2] = {-1, -1};
    int on = 1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0 || pipe2(failures, O_CLOEXEC) != 0 ||
        pipe2(streams[0], O_CLOEXEC) != 0 || pipe2(streams[1], O_CLOEXEC) != 0 ||
        setsockopt(channel[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        fcntl(streams[0][0], F_SETFL, O_NONBLOCK) != 0 || fcntl(streams[1][0], F_SETFL, O_NONBLOCK) != 0 ||
        fchmod(streams[0][1], STREAM_MODE) != 0 || fchmod(streams[1][1], STREAM_MODE) != 0)
        return false;
    if (request->open_stdin && (pipe2(input, O_CLOEXEC) != 0 || fcntl(input[1], F_SETFL, O_NONBLOCK) != 0))
        return false;
    *outside = (struct launched){.init_pidfd = -1,
                                 .channel = channel[0],
                                 .failures = failures[0],
                                 .output = {streams[0][0], streams[1][0]},
                                 .input = input[1]};
    *inside = (struct init_ends){.channel = channel[1],
                                 .failures = failures[1],
                                 .output = {streams[0][1], streams[1][1]},
                                 .input = input[0]};
    return true;
}

/*
 * clone3 without a stack behaves as fork; the shim has one thread, so the child may use libc as after fork. With
 * CLONE_INTO_CGROUP the child never is anywhere but in the job's cgroup, not even before its first instruction.
 */
static pid_t clone_init(int cgroup, int *pidfd)
{
    struct clone_args args;
    memset(&args, 0, sizeof args);
    args.flags = NAMESPACES | CLONE_PIDFD | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0);
    args.pidfd = (uint64_t)(uintptr_t)pidfd;
    args.exit_signal = SIGCHLD;
    if (cgroup >= 0)
        args.cgroup = (unsigned)cgroup;
    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static bool fail(struct failure *failure, enum step step)
{
    *failure = (struct failure){.step = step, .error = errno};
    return false;
}

/*
 * The end of a mount namespace waits for RCU, and would have everybody wait who waits for init. While this is open
 * it ends with the shim instead, when the job's end has been told. Without it, all is only slower.
 */
static void keep_mounts(pid_t init)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)init);
    (void)open(path, O_RDONLY | O_CLOEXEC);
}

bool launch(const struct request *request, struct launched *launched, struct failure *failure)
{
    struct init_ends inside;
    if (!make_ends(request, launched, &inside))
        return fail(failure, STEP_CHANNEL);
    int cgroup = -1;
    if (request->unified != NULL && (cgroup = open(request->unified, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fail(failure, STEP_CGROUP);

    pid_t init = clone_init(cgroup, &launched->init_pidfd);
    if (init < 0)
        return fail(failure, STEP_CLONE);
    if (init == 0)
        init_main(request, &inside);
    launched->init = init;

    if (cgroup >= 0)
        close(cgroup);
    close(inside.channel);
    close(inside.failures);
    close(inside.output[0]);
    close(inside.output[1]);
    if (inside.input >= 0)
        close(inside.input);
    keep_mounts(init);
    return true;
}
