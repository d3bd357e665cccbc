/* The job's cgroup, as the shim needs it. Every function does nothing, and finds nothing, for a NULL directory. */
#ifndef JOBD_GROUP_H
#define JOBD_GROUP_H

#include <stdbool.h>

/* Kills every process in the group: cgroup.kill, Linux 5.14; before it this does nothing. */
void group_kill(const char *unified);

/* Whether the group is empty; kills what is in it and waits, in bounded time, for the kernel's word that it is. */
bool group_empty(const char *unified);

#endif
