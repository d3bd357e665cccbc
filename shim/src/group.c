#define _GNU_SOURCE
#include "group.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* For a process in an uninterruptible call, which no signal ends. After it the record says that it is there. */
enum { PATIENCE_MS = 10000 };

static int open_file(const char *unified, const char *name, int flags)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", unified, name);
    return length < (int)sizeof path ? open(path, flags | O_CLOEXEC) : -1;
}

void group_kill(const char *unified)
{
    int fd = unified != NULL ? open_file(unified, "cgroup.kill", O_WRONLY) : -1;
    if (fd < 0)
        return;
    ssize_t ignored = write(fd, "1", 1); /* group_empty tells whether it helped */
    (void)ignored;
    close(fd);
}

static bool populated(int events)
{
    char text[256];
    ssize_t length = pread(events, text, sizeof text - 1, 0);
    if (length <= 0)
        return false; /* the group is gone */
    text[length] = '\0';
    return strstr(text, "populated 1") != NULL;
}

bool group_empty(const char *unified)
{
    int events = unified != NULL ? open_file(unified, "cgroup.events", O_RDONLY) : -1;
    if (events < 0)
        return true; /* the PID namespace, which is empty, is all there is to go by */
    bool full = populated(events);
    if (full)
        group_kill(unified);
    /* A change of cgroup.events is told by POLLPRI, to a descriptor that has read it: cgroups(7). */
    struct pollfd change = {.fd = events, .events = POLLPRI};
    while (full && poll(&change, 1, PATIENCE_MS) > 0)
        full = populated(events);
    close(events);
    return !full;
}
