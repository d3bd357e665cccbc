/*
 * The steps of a launch that can fail. A failure is told as (step, errno) by whoever met it; nobody predicts
 * one. The names are part of the exit record.
 */
#ifndef JOBD_STEPS_H
#define JOBD_STEPS_H

#define STEPS(X)                       \
    X(STEP_DIRECTORY, "directory")     \
    X(STEP_JOURNAL, "journal")         \
    X(STEP_NAMESPACES, "namespaces")   \
    X(STEP_LOOPBACK, "loopback")       \
    X(STEP_HOSTNAME, "hostname")       \
    X(STEP_CHANNEL, "channel")         \
    X(STEP_CGROUP, "cgroup")           \
    X(STEP_OOM_NOTICE, "oom-notice")   \
    X(STEP_CLONE, "clone")             \
    X(STEP_CGROUP_NS, "cgroup-namespace") \
    X(STEP_MOUNT_PRIVATE, "mount-private") \
    X(STEP_MOUNT_PROC, "mount-proc")   \
    X(STEP_CGROUP_VIEW, "cgroup-view") \
    X(STEP_PRIVILEGES, "privileges")   \
    X(STEP_RELEASE, "release")         \
    X(STEP_FORK, "fork")               \
    X(STEP_STDIO, "stdio")             \
    X(STEP_NICE, "nice")               \
    X(STEP_CHDIR, "chdir")             \
    X(STEP_EXEC, "exec")

#define STEP_ENUM(symbol, name) symbol,
enum step { STEP_NONE, STEPS(STEP_ENUM) };
#undef STEP_ENUM

struct failure {
    enum step step;
    int error; /* errno */
};

const char *step_name(enum step step);

#endif
