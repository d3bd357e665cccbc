/* What a job is not shown of its host's groups. */
#ifndef JOBD_HIDE_H
#define JOBD_HIDE_H

#include <stdbool.h>

#include "request.h"

/* Where hierarchies are mounted by convention, those that jobd has no use for, too. */
#define CGROUP_MOUNTS "/sys/fs/cgroup"

/* Covers hierarchies that the job has no group in with one empty directory: they would show it the server's group,
 * and all that are below. To be called in a mount namespace of the job's own, while its groups can be found by their
 * paths. False with errno. */
bool hide_foreign_groups(const struct request *request);

#endif
