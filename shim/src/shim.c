/*
 * jobd-shim is the parent of one job, outside of it. It outlives the server that spawned it.
 *
 * What it guarantees:
 *  - no instruction of the command runs before its cgroup and namespaces are in place and the server has
 *    recorded it;
 *  - every byte the job writes is taken at once, whoever reads: it goes to the journal or is counted as dropped;
 *  - the command's exact wait status is recorded; nothing is recorded that was not observed, but for one inference:
 *    where a signal ended the job's init first, the command has the SIGKILL that its namespace got (pid_namespaces(7)),
 *    and so has one that was stopped before there was an init;
 *  - when the exit record is there, no process of the job is, or the record says so;
 *  - when the shim dies, so does the job: nothing ever runs unseen.
 *
 * It decides nothing: limits, identity and policy are the server's. One thread, one poll, no allocation.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "deadline.h"
#include "descriptors.h"
#include "exit_record.h"
#include "group.h"
#include "input.h"
#include "inside.h"
#include "journal.h"
#include "launch.h"
#include "namespaces.h"
#include "oom.h"
#include "request.h"
#include "throttle.h"

enum {
    EXIT_BAD_REQUEST = 2,  /* the only failure that no exit record can tell: there is no directory of its own for it */
    EXIT_NO_RECORD = 3,
};

/* For init to end its namespace after it was told to, before it is killed itself. */
static const uint64_t INIT_PATIENCE_NS = 2 * NS_PER_S;

struct shim {
    struct request request;
    struct launched job;
    struct journal journal;
    struct control control;
    struct input input;
    struct exit_record record;
    bool doomed;         /* to end without its command; killed, should its init come all the same */
    bool released;       /* the command may be executed */
    bool stopping;       /* somebody asked for that */
    uint64_t timeout_at;
    uint64_t kill_at;
    uint64_t init_kill_at;
    struct oom_watch memory;
    struct throttle throttle;
};

/* Leaves the server's session and terminal, and every descriptor but its two behind. Nothing of it is needed for
 * the job to run, be seen and end, and none of it can fail but for reasons that cost less than the job would. That
 * the command inherits nothing is made sure of, and checked, before its exec. */
static void detach(void)
{
    (void)setsid(); /* fails only for a group leader, which has left already */
    umask(077);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN); /* only the control socket ends a job */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* beyond RLIMIT_FSIZE a write fails instead: setrlimit(2) */
    signal(SIGCHLD, SIG_DFL); /* ignored, it would reap init and take its status: wait(2) */
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)close_descriptors(LISTEN_FD + 1, ~0U, 0);
    (void)fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC);
    oom_protect(OOM_SHIM);
}

static void leave_stdio(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; fd++)
        (void)dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
}

/* In a list of processes, whose shim this is: over the argument that the server left room in. */
static void show_job(const char *directory, char *room)
{
    const char *name = strrchr(directory, '/');
    if (room != NULL && name != NULL)
        (void)snprintf(room, strlen(room) + 1, "%s", name + 1);
}

static void kill_all(struct shim *shim)
{
    shim->kill_at = NEVER;
    if (!shim->released) {
        shim->doomed = true;
        inside_kill(&shim->job); /* as yet it is the whole job, if that */
        return;
    }
    inside_tell(&shim->job, (struct init_order){.kill_all = 1});
    throttle_lift(&shim->throttle);
    if (shim->init_kill_at == NEVER)
        shim->init_kill_at = deadline_in(INIT_PATIENCE_NS);
}

static bool watch_memory(struct shim *shim)
{
    const char *control = shim->request.oom_notice;
    if (control == NULL || oom_watch(&shim->memory, shim->request.oom, control))
        return true;
    shim->record.failure = (struct failure){.step = STEP_OOM_NOTICE, .error = errno};
    return false;
}

static void enter(struct shim *shim)
{
    if (shim->job.init != 0 || !launch(&shim->request, &shim->job, &shim->record.failure))
        return;
    if (shim->job.input >= 0)
        input_connect(&shim->input, shim->job.input);
    if (!watch_memory(shim) || shim->doomed)
        inside_kill(&shim->job);
}

static void release(struct shim *shim)
{
    if (shim->released || shim->job.init == 0)
        return;
    shim->released = true;
    if (shim->request.timeout_ns != 0)
        shim->timeout_at = deadline_in(shim->request.timeout_ns);
    inside_tell(&shim->job, (struct init_order){.launch = 1});
}

/* What is done then to the rest of its tree is no part of how it ended. */
static bool command_ended(const struct shim *shim)
{
    return shim->record.status != STATUS_UNKNOWN;
}

static void stop(struct shim *shim, int signal, uint64_t grace_ns)
{
    shim->stopping = true;
    if (shim->record.stop_signal == 0 && !command_ended(shim))
        shim->record.stop_signal = signal;
    if (grace_ns == 0 || !shim->released) { /* there is no command yet that could use a grace */
        kill_all(shim);
        return;
    }
    bool from_terminals = signal == SIGINT || signal == SIGQUIT; /* who send them to a group: termios(3), ISIG */
    inside_tell(&shim->job, (struct init_order){.signal = (uint32_t)signal, .group = from_terminals, .rest = 1});
    uint64_t kill_at = deadline_in(grace_ns);
    if (kill_at < shim->kill_at) /* the grace runs from the first stop: a later one only shortens it */
        shim->kill_at = kill_at;
}

static void on_control(void *context, const struct control_message *message)
{
    struct shim *shim = context;
    switch ((enum control_type)message->type) {
    case CONTROL_ENTER:
        enter(shim);
        return;
    case CONTROL_LAUNCH:
        release(shim);
        return;
    case CONTROL_STOP:
        stop(shim, (int)message->value, message->number);
        return;
    case CONTROL_RESUME_STOP:
        if (!shim->stopping)
            stop(shim, (int)message->value, message->number);
        return;
    case CONTROL_SIGNAL:
        if (shim->released)
            inside_tell(&shim->job, (struct init_order){.signal = message->value});
        return;
    case CONTROL_INPUT_OPEN:
    case CONTROL_INPUT:
    case CONTROL_INPUT_END:
        input_obey(&shim->input, &shim->control, message);
        return;
    case CONTROL_BOUNDS_WRITTEN:
        throttle_written(&shim->throttle);
        return;
    default:
        return; /* of a later version: nothing to do with it here */
    }
}

/* The server went away before it had recorded the job: there is no job. */
static void take_back(struct shim *shim)
{
    shim->record.failure = (struct failure){.step = STEP_RELEASE, .error = ECANCELED};
    inside_kill(&shim->job);
}

static void take_launch_result(struct shim *shim)
{
    if (inside_executed(&shim->job, &shim->record)) {
        shim->record.started = clock_ns(CLOCK_REALTIME);
        control_started(&shim->control, shim->record.pid, shim->record.started);
    }
}

/* Moves what one pipe holds to the journal, at most so much; returns how much, 0 where there is nothing. */
static int take_output(struct shim *shim, int which, size_t max)
{
    enum index_kind stream = which == 0 ? INDEX_STDOUT : INDEX_STDERR;
    ssize_t got = journal_take(&shim->journal, stream, shim->job.output[which], max);
    if (got == 0) {
        close(shim->job.output[which]);
        shim->job.output[which] = -1;
    }
    return got < 0 ? 0 : (int)got;
}

/* Takes what the pipes hold now, which is all that the job wrote. Not until they are empty: a process outside, given
 * an end through a Unix socket, may write for ever. */
static void drain(struct shim *shim)
{
    for (int which = 0; which < 2; which++) {
        int held = 0, took = 1;
        (void)ioctl(shim->job.output[which], FIONREAD, &held);
        for (; held > 0 && took > 0; held -= took)
            took = take_output(shim, which, (size_t)held);
    }
}

/* Where init ends, as it does with its command unless it waits for the tree, everything else is killed. */
static void take_reports(struct shim *shim, bool hung_up)
{
    inside_reports(&shim->job, &shim->record, hung_up);
    if (hung_up || (command_ended(shim) && shim->request.wait_tree != 1))
        throttle_lift(&shim->throttle);
}

static void check_deadlines(struct shim *shim)
{
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    if (now >= shim->memory.look_at && oom_killed(&shim->memory, now))
        kill_all(shim); /* half a job is of use to nobody */
    if (deadline_met(&shim->timeout_at, now)) {
        shim->record.timed_out = !command_ended(shim);
        kill_all(shim);
    }
    if (deadline_met(&shim->kill_at, now))
        kill_all(shim);
    if (deadline_met(&shim->init_kill_at, now)) {
        /* Init is not answering: starved, stopped, or worse. Its death takes the namespace with it. */
        inside_kill(&shim->job);
        group_kill(shim->request.unified);
    }
}

static uint64_t next_deadline(const struct shim *shim)
{
    uint64_t next = shim->timeout_at < shim->kill_at ? shim->timeout_at : shim->kill_at;
    next = shim->init_kill_at < next ? shim->init_kill_at : next;
    return shim->memory.look_at < next ? shim->memory.look_at : next;
}

/* Serves the job until its init, and so every process of its namespace, is gone, or none is to come. */
static void serve(struct shim *shim)
{
    enum { INIT, CHANNEL, FAILURES, STDOUT, STDERR, STDIN, MEMORY, OWN };
    struct pollfd set[OWN + 1 + CONTROL_MAX_CONNECTIONS];
    for (;;) {
        set[INIT] = (struct pollfd){.fd = shim->job.init_pidfd, .events = POLLIN};
        set[CHANNEL] = (struct pollfd){.fd = shim->job.channel, .events = POLLIN};
        set[FAILURES] = (struct pollfd){.fd = shim->job.failures, .events = POLLIN};
        set[STDOUT] = (struct pollfd){.fd = shim->job.output[0], .events = POLLIN};
        set[STDERR] = (struct pollfd){.fd = shim->job.output[1], .events = POLLIN};
        set[STDIN] = input_poll(&shim->input);
        set[MEMORY] = (struct pollfd){.fd = shim->memory.notice, .events = POLLIN};
        size_t peers = control_poll_set(&shim->control, set + OWN);
        struct timespec left;
        if (ppoll(set, OWN + peers, deadline_left(next_deadline(shim), &left), NULL) < 0)
            continue; /* EINTR */

        if (set[FAILURES].revents != 0)
            take_launch_result(shim);
        if (set[STDOUT].revents != 0)
            take_output(shim, 0, JOURNAL_TAKE_MAX);
        if (set[STDERR].revents != 0)
            take_output(shim, 1, JOURNAL_TAKE_MAX);
        if (set[MEMORY].revents != 0)
            oom_noticed(&shim->memory, clock_ns(CLOCK_MONOTONIC));
        control_grew(&shim->control, shim->journal.end);
        input_ready(&shim->input, &shim->control, set[STDIN].revents);
        control_ready(&shim->control, set + OWN, peers, on_control, shim);
        if (!shim->released && control_deserted(&shim->control))
            take_back(shim);
        if (set[CHANNEL].revents != 0)
            take_reports(shim, (set[CHANNEL].revents & POLLHUP) != 0);
        bool none_comes = shim->doomed || shim->record.failure.step != STEP_NONE;
        if (set[INIT].revents != 0 || (shim->job.init == 0 && none_comes))
            return;
        check_deadlines(shim);
    }
}

/* Init is gone and with it the namespace, or there was none. Collects the last evidence. */
static void conclude(struct shim *shim)
{
    if (shim->job.init == 0) {
        shim->record.ended = clock_ns(CLOCK_REALTIME);
        if (shim->doomed && shim->record.failure.step == STEP_NONE)
            shim->record.status = SIGKILL; /* as where its init was there already */
        return;
    }
    int init_status = 0;
    while (waitpid(shim->job.init, &init_status, 0) < 0 && errno == EINTR)
        ;
    shim->record.ended = clock_ns(CLOCK_REALTIME);
    inside_reports(&shim->job, &shim->record, false);
    if (shim->record.status == STATUS_UNKNOWN && WIFSIGNALED(init_status))
        shim->record.status = SIGKILL; /* what the kernel does to a namespace whose init dies: pid_namespaces(7) */
    if (shim->job.failures >= 0)
        take_launch_result(shim);
    shim->record.survivors = !group_empty(shim->request.unified);
    drain(shim);
}

/* The journal is durable before the record is published. The draft goes to the disk beside it, and is written
 * again only where the journal failed. */
static bool make_durable(struct shim *shim)
{
    if (!exit_record_draft(&shim->record))
        return false;
    shim->record.journal_failed = !journal_finish(&shim->journal);
    return (!shim->record.journal_failed || exit_record_draft(&shim->record)) && exit_record_publish();
}

static void finish(struct shim *shim)
{
    shim->record.output = shim->journal.end;
    shim->record.dropped = shim->journal.dropped;
    if (shim->request.oom != NULL)
        shim->record.oom_kills = oom_kills(shim->request.oom);
    if (!make_durable(shim))
        _exit(EXIT_NO_RECORD); /* the server sees the connection close without a word, and no record */
    control_ended(&shim->control);
}

/* All that the job's cgroup is not needed for: it is made meanwhile. Tells by the exit record what failed. */
static bool prepare(struct shim *shim)
{
    struct failure *failure = &shim->record.failure;
    bool taken = access("exit", F_OK) == 0;
    if (taken || !exit_record_reserve()) {
        if (taken || errno == EEXIST)
            _exit(EXIT_BAD_REQUEST); /* the directory has a job: its record and its socket are not ours to touch */
        *failure = (struct failure){.step = STEP_JOURNAL, .error = errno};
        return false;
    }
    if (!journal_open(&shim->journal, shim->request.output_max)) {
        *failure = (struct failure){.step = STEP_JOURNAL, .error = errno};
        return false;
    }
    return failure->step == STEP_NONE && namespaces_name(shim->request.hostname, failure);
}

int main(int argc, char *argv[])
{
    static struct shim shim;
    detach();
    /* While there is no request yet. What fails here is told when there is somebody to tell it to. */
    (void)namespaces_enter(&shim.record.failure);
    if (!request_read(STDIN_FILENO, &shim.request) || chdir(shim.request.directory) != 0)
        return EXIT_BAD_REQUEST; /* or none came: the server is gone, or needs no more shims */
    leave_stdio();
    show_job(shim.request.directory, argc > 1 ? argv[1] : NULL);
    control_init(&shim.control, LISTEN_FD, shim.input.bytes);
    input_init(&shim.input, shim.request.open_stdin == 1);
    shim.record.status = STATUS_UNKNOWN;
    shim.timeout_at = shim.kill_at = shim.init_kill_at = NEVER;
    shim.memory = NO_OOM_WATCH;
    shim.throttle.group = shim.request.io;
    shim.job = NOT_LAUNCHED;

    if (prepare(&shim))
        serve(&shim);
    conclude(&shim);
    finish(&shim);
    return 0;
}
