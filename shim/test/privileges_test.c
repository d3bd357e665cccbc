/* What a job may not do, though it be root; and what it still may. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "job.h"
#include "privileges.h"

static const uint64_t GIVEN_UP = 1ULL << CAP_SYS_ADMIN | 1ULL << CAP_SYS_NICE | 1ULL << CAP_SYS_RESOURCE;

/* What a status file says of a set of capabilities. */
static uint64_t capabilities(const char *status, const char *set)
{
    const char *line = strstr(status, set);
    CHECK(line != NULL);
    return strtoull(line + strlen(set), NULL, 16);
}

TEST(EACH_SHIM, neither_the_command_nor_its_init_keeps_a_capability_to_escape_its_limits)
{
    static const char *const sets[] = {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"};
    char mine[4096];
    read_text("/proc/self/status", mine, sizeof mine);
    for (int pid = 1; pid <= 2; pid++) {
        char script[64];
        snprintf(script, sizeof script, "exec cat /proc/%d/status", pid);
        struct job *job = job_run_sh(script);
        const char *status = job_stream(job, INDEX_STDOUT, NULL);
        for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
            CHECK_EQ(capabilities(status, sets[i]) & GIVEN_UP, 0);
        CHECK_EQ(capabilities(status, "CapBnd:"), capabilities(mine, "CapBnd:") & ~GIVEN_UP);
        CHECK_EQ(capabilities(status, "CapEff:"), capabilities(mine, "CapEff:") & ~GIVEN_UP);
        CHECK(strstr(status, "\nNoNewPrivs:\t0\n") != NULL); /* so that sudo does its work */
        free(job);
    }
}

TEST(EACH_SHIM, it_can_neither_mount_nor_unmount)
{
    struct job *job = job_run_sh("before=$(cat /proc/self/mountinfo); mount -t tmpfs none /mnt || echo refused;"
                                 "mount -o remount,bind,rw /sys/fs/cgroup || echo refused;"
                                 "umount /proc || echo refused;"
                                 "unshare -m true || echo refused; unshare -U -r -m true || echo refused;"
                                 "test \"$before\" = \"$(cat /proc/self/mountinfo)\" && echo as before");
    CHECK_STDOUT(job, "refused\nrefused\nrefused\nrefused\nrefused\nas before\n");
}

/* In which it would have all of a processor, whatever its quota. */
TEST(ROOT, it_cannot_run_in_real_time_nor_before_others)
{
    struct sched_param least = {.sched_priority = 1};
    struct rlimit any = {.rlim_cur = 1, .rlim_max = 1}, none = {.rlim_cur = 0, .rlim_max = 0};
    CHECK(setrlimit(RLIMIT_RTPRIO, &none) == 0 && setrlimit(RLIMIT_NICE, &none) == 0);
    CHECK(privileges_drop());
    CHECK(sched_setscheduler(0, SCHED_FIFO, &least) != 0 && errno == EPERM);
    CHECK(setrlimit(RLIMIT_RTPRIO, &any) != 0 && errno == EPERM);
    CHECK(setpriority(PRIO_PROCESS, 0, -1) != 0 && (errno == EPERM || errno == EACCES));
}

TEST(ROOT, nothing_can_be_mounted)
{
    CHECK(unshare(CLONE_NEWNS) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    CHECK(privileges_drop());
    struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
    CHECK(mount("none", "/mnt", "tmpfs", 0, NULL) != 0 && errno == EPERM);
    CHECK(mount("none", "/mnt", "cgroup", 0, "memory") != 0 && errno == EPERM);
    CHECK(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND, NULL) != 0 && errno == EPERM);
    CHECK(syscall(SYS_mount_setattr, AT_FDCWD, "/proc", 0, &writable, sizeof writable) != 0 && errno == EPERM);
    CHECK(syscall(SYS_fsopen, "cgroup2", 0) < 0 && errno == EPERM);
    CHECK(syscall(SYS_open_tree, AT_FDCWD, "/proc", OPEN_TREE_CLONE) < 0 && errno == EPERM);
    CHECK(umount2("/proc", MNT_DETACH) != 0 && errno == EPERM);
}

/* What gives back in a namespace of one's own what was dropped, called by each of its ways. */
TEST(ROOT, no_user_namespace_can_be_made_or_entered)
{
    int own = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC), nobodys = -1;
    struct clone_args child = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    CHECK(privileges_drop());
    CHECK(unshare(CLONE_NEWUSER) != 0 && errno == EPERM);
    CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 && errno == EPERM);
    CHECK(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) < 0 && errno == EPERM);
    CHECK(syscall(SYS_clone3, &child, sizeof child) < 0 && errno == ENOSYS);
    CHECK(setns(own, CLONE_NEWUSER) != 0 && errno == EPERM); /* EINVAL by the kernel: it is in it */
    CHECK(setns(nobodys, 0) != 0 && errno == EPERM);         /* EBADF */
}

static void *set(void *done)
{
    *(int *)done = 1;
    return NULL;
}

TEST(ROOT, threads_and_programs_start_as_ever)
{
    extern char **environ;
    pthread_t thread;
    pid_t child;
    int done = 0;
    CHECK(privileges_drop());
    CHECK(pthread_create(&thread, NULL, set, &done) == 0 && pthread_join(thread, NULL) == 0);
    CHECK_EQ(done, 1);
    CHECK(posix_spawn(&child, "/bin/true", NULL, NULL, (char *[]){"true", NULL}, environ) == 0);
    CHECK_EQ(await_child(child), 0);
    CHECK(unshare(CLONE_FILES) == 0);
}

#ifdef __x86_64__
/* A call by the i386 table. */
static long call_32(unsigned number, unsigned argument)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument) : "r8", "r9", "r10", "r11", "memory");
    return (int)result;
}

TEST(ROOT, the_calls_of_32_bits_are_no_way_round)
{
    enum { GETPID = 20, CLONE = 120, UNSHARE = 310, SETNS = 346, CLONE3 = 435 };
    pid_t child = fork();
    if (child == 0)
        _exit(call_32(GETPID, 0) == getpid() ? 0 : 1);
    if (await_child(child) != 0)
        skip("the kernel takes no calls of 32 bits");
    CHECK(privileges_drop());
    CHECK_EQ(call_32(UNSHARE, CLONE_NEWUSER), -EPERM);
    CHECK_EQ(call_32(CLONE, CLONE_NEWUSER | SIGCHLD), -EPERM);
    CHECK_EQ(call_32(SETNS, ~0U), -EPERM);
    CHECK_EQ(call_32(CLONE3, 0), -ENOSYS);
    CHECK_EQ(call_32(GETPID, 0), getpid());
}

TEST(ROOT, the_calls_of_x32_are_no_way_round)
{
    CHECK(privileges_drop());
    CHECK(syscall(SYS_unshare | 0x40000000, CLONE_NEWUSER) != 0 && errno == EPERM);
    CHECK(syscall(SYS_clone | 0x40000000, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) < 0 && errno == EPERM);
    CHECK(syscall(SYS_setns | 0x40000000, -1, 0) < 0 && errno == EPERM);
}
#endif
