#define _GNU_SOURCE
#include "oom.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const uint64_t LOOK_EVERY_NS = 1000000;
static const uint64_t LOOK_FOR_NS = 1000000000;

void oom_protect(int score)
{
    char text[16];
    int length = snprintf(text, sizeof text, "%d", score);
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t ignored = write(fd, text, (size_t)length);
    (void)ignored;
    close(fd);
}

uint64_t oom_kills(const char *path)
{
    static const char KEY[] = "oom_kill "; /* not oom_kill_disable, not oom_group_kill */
    char text[1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, KEY, sizeof KEY - 1) == 0)
            return strtoull(line + sizeof KEY - 1, NULL, 10);
    }
    return 0;
}

bool oom_watch(struct oom_watch *watch, const char *events, const char *control)
{
    char text[32];
    int notice = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int file = open(events, O_RDONLY | O_CLOEXEC);
    int asking = open(control, O_WRONLY | O_CLOEXEC);
    int length = snprintf(text, sizeof text, "%d %d", notice, file);
    bool asked = notice >= 0 && file >= 0 && asking >= 0 && write(asking, text, (size_t)length) == length;
    int error = errno;
    if (file >= 0)
        close(file);
    if (asking >= 0)
        close(asking);
    if (asked)
        *watch = (struct oom_watch){.events = events, .notice = notice, .look_at = UINT64_MAX};
    else if (notice >= 0)
        close(notice);
    errno = error;
    return asked;
}

void oom_noticed(struct oom_watch *watch, uint64_t now)
{
    uint64_t count;
    ssize_t ignored = read(watch->notice, &count, sizeof count); /* so that it is not readable any more */
    (void)ignored;
    watch->look_at = now;
    watch->look_until = now + LOOK_FOR_NS;
}

bool oom_killed(struct oom_watch *watch, uint64_t now)
{
    bool killed = oom_kills(watch->events) > 0;
    watch->look_at = killed || now >= watch->look_until ? UINT64_MAX : now + LOOK_EVERY_NS;
    return killed;
}
