#define _GNU_SOURCE
#include "throttle.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *file; /* of lines "DEVICE BOUNDS" */
    const char *none;
} BOUNDS[] = {
    {"io.max", "rbps=max wbps=max riops=max wiops=max"},
    {"blkio.throttle.read_bps_device", "0"},
    {"blkio.throttle.write_bps_device", "0"},
    {"blkio.throttle.read_iops_device", "0"},
    {"blkio.throttle.write_iops_device", "0"},
};

static void lift(int file, const char *none)
{
    char held[4096]; /* more than the devices that a job can have bounds for take */
    ssize_t length = pread(file, held, sizeof held - 1, 0);
    held[length > 0 ? length : 0] = '\0';
    for (const char *line = held; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        char unbound[128];
        int size = snprintf(unbound, sizeof unbound, "%.*s %s", (int)strcspn(line, " \n"), line, none);
        if (size < (int)sizeof unbound) {
            ssize_t ignored = pwrite(file, unbound, (size_t)size, 0); /* see throttle_lift */
            (void)ignored;
        }
    }
}

void throttle_lift(struct throttle *throttle)
{
    const char *group = throttle->group;
    throttle->lifted = true;
    for (size_t i = 0; group != NULL && i < sizeof BOUNDS / sizeof *BOUNDS; i++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", group, BOUNDS[i].file);
        int file = length < (int)sizeof path ? open(path, O_RDWR | O_CLOEXEC) : -1;
        if (file < 0)
            continue; /* the other version's */
        lift(file, BOUNDS[i].none);
        close(file);
    }
}

void throttle_written(struct throttle *throttle)
{
    if (throttle->lifted)
        throttle_lift(throttle);
}
