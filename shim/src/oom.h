/* Whom the kernel's out-of-memory killer takes: the command and its children, not who watches them; init only where
 * it takes all of a group. */
#ifndef JOBD_OOM_H
#define JOBD_OOM_H

#include <stdbool.h>
#include <stdint.h>

enum {
    OOM_COMMAND = 0,
    OOM_SHIM = -900,
    /* Last, but with its group: its end tells the shim at once. A command that waits for its disk ends no sooner for
     * being killed, but when the bounds are lifted that it waits by. */
    OOM_INIT_OF_GROUP = -999,
    OOM_INIT = -1000, /* never: proc_pid_oom_score_adj(5) */
};

/* Best effort: lowering needs CAP_SYS_RESOURCE, and without it a job is no less confined. */
void oom_protect(int score);

/*
 * Watches a v1 group, in which the kernel kills one process where memory is short. The kernel's notice of the want comes
 * before it has killed anything for it, and nobody tells of the kill: it is looked for, every millisecond, for a second.
 * All times are nanoseconds of one clock.
 */
struct oom_watch {
    const char *events; /* memory.oom_control */
    int notice;         /* readable when there is one; -1: not watched */
    uint64_t look_at;   /* when to ask oom_killed(); UINT64_MAX: not */
    uint64_t look_until;
};

#define NO_OOM_WATCH ((struct oom_watch){.notice = -1, .look_at = UINT64_MAX})

/* False, with errno set, where the kernel is not to be had for it. control is the group's cgroup.event_control. */
bool oom_watch(struct oom_watch *watch, const char *events, const char *control);

/* The notice is there. */
void oom_noticed(struct oom_watch *watch, uint64_t now);

/* Whether a process of the group was killed for want of memory. */
bool oom_killed(struct oom_watch *watch, uint64_t now);

/* The count of out-of-memory kills in a file of lines "key value"; 0 where it cannot be read. */
uint64_t oom_kills(const char *path);

#endif
