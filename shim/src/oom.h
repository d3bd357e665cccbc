/* Whom the kernel's out-of-memory killer takes: the command and its children, not who watches them. */
#ifndef JOBD_OOM_H
#define JOBD_OOM_H

#include <stdint.h>

enum {
    OOM_COMMAND = 0,
    OOM_SHIM = -900,
    OOM_INIT = -1000, /* never: proc_pid_oom_score_adj(5) */
};

/* Best effort: lowering needs CAP_SYS_RESOURCE, and without it a job is no less confined. */
void oom_protect(int score);

/* The count of out-of-memory kills in a file of lines "key value"; 0 where it cannot be read. */
uint64_t oom_kills(const char *path);

#endif
