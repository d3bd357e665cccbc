/* Clocks in nanoseconds, and moments of the monotonic one at which something is to be done. */
#ifndef JOBD_DEADLINE_H
#define JOBD_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* A deadline that is not set. */
#define NEVER UINT64_MAX

static const uint64_t NS_PER_S = 1000000000;

uint64_t clock_ns(clockid_t clock);

/* In so long; NEVER where the clock does not go so far. */
uint64_t deadline_in(uint64_t ns);

/* Whether it has come by now; it is not set any more then. */
bool deadline_met(uint64_t *deadline, uint64_t now);

/* What is left until it, for ppoll; NULL where it is not set. */
struct timespec *deadline_left(uint64_t deadline, struct timespec *left);

#endif
