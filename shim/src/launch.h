/* Makes the inside of a job: init, born in the job's cgroup and in namespaces of its own. */
#ifndef JOBD_LAUNCH_H
#define JOBD_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "request.h"
#include "steps.h"

/* The shim's ends of a job; all close-on-exec. */
struct launched {
    pid_t init;
    int init_pidfd;
    int channel;
    int failures;  /* a struct failure, or end of file once the command was executed */
    int output[2]; /* read ends of the job's stdout and stderr, non-blocking */
};

/* False with *failure set where no init could be made. */
bool launch(const struct request *request, struct launched *launched, struct failure *failure);

#endif
