/* The launch request: read whole, checked whole, then used in place. */
#ifndef JOBD_REQUEST_H
#define JOBD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct request {
    const char *directory;
    const char *hostname;
    const char *workdir;
    const char *unified; /* NULL where no cgroup2 tree is mounted */
    const char *oom;     /* NULL where nothing counts */
    const char *oom_notice; /* NULL where the kernel kills all of a group */
    const char *io;      /* NULL where it is not bounded */
    char *tasks[REQUEST_MAX_CGROUPS];
    size_t tasks_count;
    uint64_t timeout_ns; /* 0: unbounded */
    uint64_t output_max; /* UINT64_MAX: unbounded */
    uint64_t merged;     /* 1: stderr goes where stdout goes */
    uint64_t open_stdin; /* 1: stdin is a pipe */
    uint64_t wait_tree;  /* 1: the job ends with its last process */
    bool niced;          /* nice is there */
    int nice;
    size_t argc;
    size_t envc;
    /* Both end in NULL; beyond it their pages are not touched, and so cost no memory. */
    char *argv[REQUEST_MAX_STRINGS + 1];
    char *envp[REQUEST_MAX_STRINGS + 1];
};

/* Reads one request from fd into memory that stays for the life of the process. False, with errno set, where
 * it cannot be read or is not a request this shim understands (EPROTO). */
bool request_read(int fd, struct request *request);

/* The same for a request in memory; the strings of *request point into it. */
bool request_parse(char *bytes, size_t length, struct request *request);

#endif
