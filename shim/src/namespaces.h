/*
 * The namespaces that the shim shares with its job: network, IPC and UTS. It has no use for its own, holds no
 * socket that the job could reach, and can make them before it knows the job; they are most of what a start
 * costs. PID, mount and cgroup namespaces are init's alone.
 */
#ifndef JOBD_NAMESPACES_H
#define JOBD_NAMESPACES_H

#include <stdbool.h>

#include "steps.h"

/* Moves this process to new ones, with a loopback that is up. False with *failure set where one cannot be had. */
bool namespaces_enter(struct failure *failure);

bool namespaces_name(const char *hostname, struct failure *failure);

#endif
