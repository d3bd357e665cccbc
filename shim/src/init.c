#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "exec.h"
#include "oom.h"
#include "privileges.h"
#include "steps.h"
#include "view.h"

enum { COMMAND_ENDED = -1 }; /* in the place of its process id, which may be another's after it was reaped */

/*
 * Init dies with the shim, so that no job runs on unseen. The shim may have died before the prctl: then nobody
 * reads the failure pipe any more, which poll tells at once, as init's own copy of the reading end is closed.
 */
static void die_with_shim(const struct init_ends *ends)
{
    struct pollfd reader = {.fd = ends->failures};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        fail_launch(ends->failures, STEP_CHANNEL, errno);
    if (poll(&reader, 1, 0) != 0)
        _exit(126);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The shim's sockets and journal are none of init's business. The first three stay, on /dev/null, so that no other
 * descriptor takes their numbers. */
static void close_all_but(const struct init_ends *ends)
{
    enum { KEPT = 5 };
    int keep[KEPT] = {ends->channel, ends->failures, ends->output[0], ends->output[1], ends->input};
    qsort(keep, KEPT, sizeof keep[0], by_number);
    unsigned from = STDERR_FILENO + 1;
    for (int i = keep[0] < 0; i < KEPT; i++) { /* the last may not be there */
        if ((unsigned)keep[i] > from)
            (void)close_descriptors(from, (unsigned)keep[i] - 1, 0);
        from = (unsigned)keep[i] + 1;
    }
    (void)close_descriptors(from, ~0U, 0);
}

/* A single-threaded process that writes itself to a v1 tasks file joins without the wait for an RCU grace period
 * that cgroup.procs costs. */
static bool join_tasks(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool joined = write(fd, "0", 1) == 1;
    int error = errno;
    close(fd);
    errno = error;
    return joined;
}

static void prepare_namespaces(const struct request *request, const struct init_ends *ends)
{
    for (size_t i = 0; i < request->tasks_count; i++)
        if (!join_tasks(request->tasks[i]))
            fail_launch(ends->failures, STEP_CGROUP, errno);
    /* After joining, so that the job's own group is the root that it sees: cgroup_namespaces(7). */
    if (unshare(CLONE_NEWCGROUP) != 0)
        fail_launch(ends->failures, STEP_CGROUP_NS, errno);
    /* Before any mount, or it would show on the host. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        fail_launch(ends->failures, STEP_MOUNT_PRIVATE, errno);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
        fail_launch(ends->failures, STEP_MOUNT_PROC, errno);
    if (!view_own_groups(request))
        fail_launch(ends->failures, STEP_CGROUP_VIEW, errno);
    /* Init was born in the job's directory, and leads to it by /proc/1/cwd. */
    if (chdir("/") != 0)
        fail_launch(ends->failures, STEP_CHDIR, errno);
}

/* Init gets signals from a descriptor. From inside the namespace the kernel delivers to PID 1 only signals that
 * it handles, and these are blocked: the job cannot end its init. */
static int block_signals(void)
{
    sigset_t all, child;
    sigfillset(&all);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    if (sigprocmask(SIG_SETMASK, &all, NULL) != 0)
        return -1;
    return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The namespaces are made while the server still records the job; its command waits for the word. Until then
 * this process is the whole job, and dies with the shim or by it. */
static void await_launch(int channel)
{
    struct init_order order = {0};
    while (!order.launch) {
        ssize_t got = recv(channel, &order, sizeof order, 0);
        if (got == 0)
            _exit(126); /* the shim is gone */
    }
}

static pid_t start_command(const struct request *request, const struct init_ends *ends)
{
    pid_t pid = fork();
    if (pid < 0)
        fail_launch(ends->failures, STEP_FORK, errno);
    if (pid == 0) {
        oom_protect(OOM_COMMAND);
        exec_command(request, ends);
    }
    /* Only the command holds these now: end of file on the first means executed, on the others no more output. */
    close(ends->failures);
    close(ends->output[0]);
    close(ends->output[1]);
    if (ends->input >= 0)
        close(ends->input);
    return pid;
}

/* Reaps every child that has ended. The command's status goes to the shim, and init is done: what is left of the
 * job dies with this process. Where the whole tree is waited for, init is done when it has no child left: whoever
 * loses its parent becomes init's child. */
static void reap(pid_t *command, int channel, bool wait_tree)
{
    struct init_report report = {.ended = 1};
    pid_t pid;
    while ((pid = wait4(-1, &report.status, WNOHANG, &report.usage)) > 0) {
        if (pid != *command)
            continue;
        ssize_t sent = send(channel, &report, sizeof report, MSG_NOSIGNAL);
        if (!wait_tree || sent != (ssize_t)sizeof report)
            _exit(sent == (ssize_t)sizeof report ? 0 : 126);
        *command = COMMAND_ENDED;
    }
    if (pid < 0)
        _exit(0); /* ECHILD */
}

static void signal_command(pid_t command, const struct init_order *order)
{
    if (command == COMMAND_ENDED && order->rest)
        (void)kill(-1, (int)order->signal);
    else if (command != COMMAND_ENDED && (!order->group || kill(-command, (int)order->signal) != 0))
        (void)kill(command, (int)order->signal); /* it leads a group once it has called setsid */
}

/* Signals are sent by the command's parent, before it is reaped: the process id cannot be another's. */
static void obey(pid_t command, int channel)
{
    struct init_order order;
    ssize_t got = recv(channel, &order, sizeof order, 0);
    if (got == 0)
        _exit(126); /* the shim is gone */
    if (got != (ssize_t)sizeof order)
        return;
    if (order.kill_all)
        (void)kill(-1, SIGKILL); /* every process of the namespace but init; none left is no error */
    else
        signal_command(command, &order);
}

void init_main(const struct request *request, const struct init_ends *ends)
{
    (void)prctl(PR_SET_NAME, "jobd-init");
    close_all_but(ends);
    die_with_shim(ends);
    oom_protect(request->oom_notice == NULL ? OOM_INIT_OF_GROUP : OOM_INIT);
    prepare_namespaces(request, ends);
    /* For the command, which inherits it: less than the server's own takes CAP_SYS_NICE. */
    if (request->niced && setpriority(PRIO_PROCESS, 0, request->nice) != 0)
        fail_launch(ends->failures, STEP_NICE, errno);
    if (!privileges_drop())
        fail_launch(ends->failures, STEP_PRIVILEGES, errno);
    int signals = block_signals();
    if (signals < 0)
        fail_launch(ends->failures, STEP_CHANNEL, errno);
    await_launch(ends->channel);
    pid_t command = start_command(request, ends);

    struct pollfd events[] = {{.fd = signals, .events = POLLIN}, {.fd = ends->channel, .events = POLLIN}};
    for (;;) {
        if (poll(events, 2, -1) < 0)
            continue; /* EINTR: no handler runs, every signal is blocked */
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) > 0)
            ; /* several ends may have made one signal: reap() looks for all */
        reap(&command, ends->channel, request->wait_tree == 1);
        if (events[1].revents != 0)
            obey(command, ends->channel);
    }
}
