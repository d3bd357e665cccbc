/*
 * Bounds on reading and writing, which are lifted when a job is killed: a process that waits for its turn on a disk
 * waits uninterruptibly, and would be there, killed, for as long as its bound says.
 */
#ifndef JOBD_THROTTLE_H
#define JOBD_THROTTLE_H

#include <stdbool.h>

struct throttle {
    const char *group; /* where the job's I/O is bounded, in either version's hierarchy; NULL where it is not */
    bool lifted;
};

/* What cannot be lifted stays: then the end of the job takes longer, and group_empty() tells. */
void throttle_lift(struct throttle *throttle);

/* The server has written bounds, perhaps since they were lifted: then they are lifted again. */
void throttle_written(struct throttle *throttle);

#endif
