/*
 * What no process of a job may do, though it be root: mount, unmount, make a mount writable, enter or make the
 * namespace of another. All of it takes CAP_SYS_ADMIN, and so init, which the command could trace, and the command give
 * it up together. Programs that are set-user-ID, or have capabilities, work on without it.
 */
#ifndef JOBD_PRIVILEGES_H
#define JOBD_PRIVILEGES_H

#include <stdbool.h>

/* For this process, all that it starts and all that they execute, for ever. False with errno set where the kernel
 * refuses. */
bool privileges_drop(void);

#endif
