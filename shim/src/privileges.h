/*
 * What no process of a job may do, though it be root: mount, unmount, make a mount writable, enter or make the
 * namespace of another (CAP_SYS_ADMIN); run in real time, before others by a negative nice value (CAP_SYS_NICE), or
 * past a hard limit of setrlimit(2) (CAP_SYS_RESOURCE). So init, which the command could trace, and the command give
 * these up together. Programs that are set-user-ID work on without them; one whose file asks for them is not executed
 * (EPERM, capabilities(7)).
 */
#ifndef JOBD_PRIVILEGES_H
#define JOBD_PRIVILEGES_H

#include <stdbool.h>

/* For this process, all that it starts and all that they execute, for ever. False with errno set where the kernel
 * refuses. */
bool privileges_drop(void);

#endif
