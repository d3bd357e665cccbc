#define _GNU_SOURCE
#include "inside.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    REPORTS_MAX = 2, /* that a job makes, see struct init_report */
};

void inside_tell(const struct launched *job, struct init_order order)
{
    (void)send(job->channel, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT); /* fails where init has ended */
}

void inside_kill(const struct launched *job)
{
    if (job->init > 0)
        (void)syscall(SYS_pidfd_send_signal, job->init_pidfd, SIGKILL, NULL, 0); /* likewise */
}

/* The kernel attaches the sender's process id, in this process's PID namespace: unix(7). */
static uint32_t sender_of(struct msghdr *header)
{
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    struct ucred sender = {0};
    if (control != NULL && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_CREDENTIALS)
        memcpy(&sender, CMSG_DATA(control), sizeof sender);
    return (uint32_t)sender.pid;
}

/* Takes one report; false where there is none. */
static bool take_report(const struct launched *job, struct exit_record *record)
{
    struct init_report report;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } credentials;
    struct iovec data = {.iov_base = &report, .iov_len = sizeof report};
    struct msghdr header = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &credentials, .msg_controllen = sizeof credentials};
    ssize_t got;
    do /* An init that ended with an order unread resets the channel; that is told, once, before what init sent. */
        got = recvmsg(job->channel, &header, MSG_DONTWAIT);
    while (got < 0 && errno == ECONNRESET);
    if (got != (ssize_t)sizeof report)
        return false;
    if (report.ended) {
        record->status = report.status;
        record->usage = report.usage;
    } else {
        record->pid = sender_of(&header);
    }
    return true;
}

void inside_reports(struct launched *job, struct exit_record *record, bool hung_up)
{
    for (int i = 0; i < REPORTS_MAX && take_report(job, record); i++)
        ;
    if (hung_up) {
        close(job->channel);
        job->channel = -1;
    }
}

/* End of file says that nothing holds the other end any more, so the command was executed; or that init was killed
 * before it had a command, and then none has reported. */
bool inside_executed(struct launched *job, struct exit_record *record)
{
    struct failure failure;
    ssize_t got = read(job->failures, &failure, sizeof failure);
    close(job->failures);
    job->failures = -1;
    if (got == (ssize_t)sizeof failure)
        record->failure = failure;
    if (record->failure.step != STEP_NONE)
        return false;
    inside_reports(job, record, false);
    return record->pid != 0;
}
