#define _GNU_SOURCE
#include "process.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "job.h"

int process_open(pid_t pid)
{
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    CHECK(process >= 0);
    return process;
}

void process_await_end(int process)
{
    struct pollfd end = {.fd = process, .events = POLLIN};
    CHECK_EQ(poll(&end, 1, JOB_PATIENCE_MS), 1);
}

struct status {
    char state;
    int parent;
};

static struct status status_of(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_text(path, text, sizeof text);
    struct status status;
    CHECK_EQ(sscanf(strrchr(text, ')'), ") %c %d", &status.state, &status.parent), 2);
    return status;
}

pid_t process_parent(pid_t pid)
{
    return status_of(pid).parent;
}

void process_await_state(pid_t pid, char state)
{
    uint64_t began = now_ns();
    while (status_of(pid).state != state) {
        CHECK(now_ns() - began < JOB_PATIENCE_MS * MILLISECOND);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* nothing tells a stop to who is not the parent */
    }
}
