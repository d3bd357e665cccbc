#define _GNU_SOURCE
#include "namespaces.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool bring_up_loopback(void)
{
    struct ifreq lo = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool up = ioctl(fd, SIOCGIFFLAGS, &lo) == 0;
    lo.ifr_flags |= IFF_UP;
    up = up && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
    int error = errno;
    close(fd);
    errno = error;
    return up;
}

static bool fail(struct failure *failure, enum step step)
{
    *failure = (struct failure){.step = step, .error = errno};
    return false;
}

bool namespaces_enter(struct failure *failure)
{
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
        return fail(failure, STEP_NAMESPACES);
    if (!bring_up_loopback())
        return fail(failure, STEP_LOOPBACK);
    return true;
}

bool namespaces_name(const char *hostname, struct failure *failure)
{
    if (sethostname(hostname, strlen(hostname)) != 0)
        return fail(failure, STEP_HOSTNAME);
    return true;
}
