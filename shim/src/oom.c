#define _GNU_SOURCE
#include "oom.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
