/*
 * The inside of a job: PID 1 of its PID namespace. Init prepares the namespaces, starts the command, forwards
 * signals, reaps orphans, tells the command's exact wait status, and ends; the kernel then kills every process
 * that is left in the namespace, so that the end of init is the end of the job's whole tree. Where the request
 * says so, init waits for that tree's own end.
 *
 * Shim and init talk over one SOCK_SEQPACKET pair, the channel; failures before the command runs come over a
 * pipe of their own, whose end of file says that the command was executed.
 */
#ifndef JOBD_INIT_H
#define JOBD_INIT_H

#include <stdint.h>
#include <sys/resource.h>

#include "request.h"

/* Shim to init: */
struct init_order {
    uint32_t launch;   /* 1, the first order of all: execute the command */
    uint32_t kill_all; /* 1: SIGKILL to every process of the job */
    uint32_t signal;   /* otherwise: to the command, */
    uint32_t group;    /* 1: and to the rest of its process group */
    uint32_t rest;     /* 1: where the command has ended, to all that is left */
};

/* To the shim: first from the command itself, just before it is executed, so that the kernel attaches its
 * process id as the shim sees it (SCM_CREDENTIALS, unix(7)); then from init, when the command has ended. */
struct init_report {
    uint32_t ended;
    int32_t status; /* as from wait(2) */
    struct rusage usage;
};

/* What init needs beside the request; all descriptors are close-on-exec. */
struct init_ends {
    int channel;
    int failures;
    int output[2]; /* write ends of the job's stdout and stderr */
    int input;     /* read end of its stdin; -1: that is /dev/null */
};

/* Does not return. */
_Noreturn void init_main(const struct request *request, const struct init_ends *ends);

#endif
