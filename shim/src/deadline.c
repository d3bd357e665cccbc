#define _GNU_SOURCE
#include "deadline.h"

#include <stddef.h>

uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t deadline_in(uint64_t ns)
{
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    return ns < NEVER - now ? now + ns : NEVER;
}

bool deadline_met(uint64_t *deadline, uint64_t now)
{
    if (now < *deadline)
        return false;
    *deadline = NEVER;
    return true;
}

struct timespec *deadline_left(uint64_t deadline, struct timespec *left)
{
    if (deadline == NEVER)
        return NULL;
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    uint64_t ns = deadline > now ? deadline - now : 0;
    *left = (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    return left;
}
