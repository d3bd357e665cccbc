/* Real cgroups for tests, made below the tests' own and named after the test, so that the runner can remove them. */
#ifndef JOBD_GROUPS_H
#define JOBD_GROUPS_H

#include <stdbool.h>

/* The absolute path of the test's group in the cgroup2 tree, made on first use. NULL where none can be made. */
const char *group_unified(void);

/* The same in the hierarchy that has the pids controller, limited to max processes. In a pure cgroup2 system it is
 * the unified one. */
const char *group_pids(unsigned max);

/* The file by which a process joins a group of v1; NULL for one of the unified hierarchy. */
const char *group_tasks(const char *group);

/* Whether a process is in the group. */
bool group_has(const char *group, int pid);

/* Kills and removes the groups of a test. */
void groups_remove(const char *name);

#endif
