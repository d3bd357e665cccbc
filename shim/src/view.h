/* What a job sees of control groups where they are mounted: its own as the root of each hierarchy that it has one in,
 * nothing of the others, and nothing that it could write to; that it cannot change this, privileges.h sees to. */
#ifndef JOBD_VIEW_H
#define JOBD_VIEW_H

#include <stdbool.h>

#include "request.h"

/* For a process in its groups, in a cgroup and a mount namespace of its own. False with errno set where it failed. */
bool view_own_groups(const struct request *request);

#endif
