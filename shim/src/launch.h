/* Makes the inside of a job: init, born in the job's cgroup and in namespaces that are not the host's. */
#ifndef JOBD_LAUNCH_H
#define JOBD_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "request.h"
#include "steps.h"

/* The shim's ends of a job; all close-on-exec. */
struct launched {
    pid_t init;    /* 0: there is none */
    int init_pidfd;
    int channel;
    int failures;  /* a struct failure, or end of file once the command was executed */
    int output[2]; /* read ends of the job's stdout and stderr, non-blocking */
    int input;     /* write end of its stdin, non-blocking; -1: that is no pipe */
};

#define NOT_LAUNCHED \
    ((struct launched){.init_pidfd = -1, .channel = -1, .failures = -1, .output = {-1, -1}, .input = -1})

/* False with *failure set where no init could be made. */
bool launch(const struct request *request, struct launched *launched, struct failure *failure);

#endif
