#define _GNU_SOURCE
#include "privileges.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A process may make calls of two architectures; those of the second have their numbers from its own table. */
#if defined(__x86_64__)
enum { CLONE_32 = 120, UNSHARE_32 = 310, SETNS_32 = 346, CLONE3_32 = 435 };
static const uint32_t ARCH = AUDIT_ARCH_X86_64, ARCH_32 = AUDIT_ARCH_I386;
#elif defined(__aarch64__)
enum { CLONE_32 = 120, UNSHARE_32 = 337, SETNS_32 = 375, CLONE3_32 = 435 };
static const uint32_t ARCH = AUDIT_ARCH_AARCH64, ARCH_32 = AUDIT_ARCH_ARM;
#else
#error "which system calls make and enter user namespaces on this architecture?"
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half of an argument comes first");

/* Of x86-64's third table, x32, in which these calls have their x86-64 numbers. */
static const uint32_t X32 = 0x40000000;

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define WHERE(test, value, then, otherwise) BPF_JUMP(BPF_JMP | (test) | BPF_K, value, then, otherwise)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

/*
 * The calls of one architecture. Whoever makes a user namespace has every capability in it, and root, being the owner
 * of such a namespace, in entering it: enough to mount a hierarchy anew and write to its own groups. The flags of clone3
 * are in memory, where a filter cannot look: libraries take ENOSYS for an older kernel, and clone. Without
 * CAP_SYS_ADMIN, setns has no other use.
 */
#define CALLS(architecture, clone, unshare, setns, clone3)            \
    LOAD(arch),                                                       \
    WHERE(BPF_JEQ, architecture, 0, 11), /* to the next */            \
    LOAD(nr),                                                         \
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~X32),                        \
    WHERE(BPF_JEQ, clone, 3, 0),                                      \
    WHERE(BPF_JEQ, unshare, 2, 0),                                    \
    WHERE(BPF_JEQ, setns, 4, 0),                                      \
    WHERE(BPF_JEQ, clone3, 4, 2),                                     \
    LOAD(args), /* the flags of clone and unshare */                  \
    WHERE(BPF_JSET, CLONE_NEWUSER, 1, 0),                             \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),                     \
    REFUSE(EPERM),                                                    \
    REFUSE(ENOSYS)

/* While CAP_SYS_ADMIN is there, as without it a filter takes away set-user-ID as well. */
static bool refuse_user_namespaces(void)
{
    struct sock_filter code[] = {
        CALLS(ARCH, SYS_clone, SYS_unshare, SYS_setns, SYS_clone3),
        CALLS(ARCH_32, CLONE_32, UNSHARE_32, SETNS_32, CLONE3_32),
        REFUSE(ENOSYS),
    };
    struct sock_fprog filter = {.len = sizeof code / sizeof code[0], .filter = code};
    /* A job is no more at the mercy of speculation with the filter than without. */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter) == 0;
}

/* By the last two, of which either gives what the other does (a higher RLIMIT_RTPRIO), a job could run in real time,
 * which v2, and v1 in most kernels, do not take for processor time that a quota bounds: sched(7). */
static const int GIVEN_UP[] = {CAP_SYS_ADMIN, CAP_SYS_NICE, CAP_SYS_RESOURCE};

static bool shrink_bounding_set(void)
{
    for (size_t i = 0; i < sizeof GIVEN_UP / sizeof *GIVEN_UP; i++)
        if (prctl(PR_CAPBSET_DROP, GIVEN_UP[i], 0, 0, 0) != 0)
            return false;
    return true;
}

/* What is not permitted cannot stay in the effective nor the ambient set, and from the bounding set it is gone before:
 * capabilities(7). */
static bool give_up(void)
{
    struct __user_cap_header_struct self = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &self, sets) != 0)
        return false;
    for (size_t i = 0; i < sizeof GIVEN_UP / sizeof *GIVEN_UP; i++) {
        uint32_t kept = ~(uint32_t)CAP_TO_MASK(GIVEN_UP[i]);
        struct __user_cap_data_struct *half = &sets[CAP_TO_INDEX(GIVEN_UP[i])];
        half->effective &= kept;
        half->permitted &= kept;
        half->inheritable &= kept;
    }
    return syscall(SYS_capset, &self, sets) == 0;
}

bool privileges_drop(void)
{
    return refuse_user_namespaces() && shrink_bounding_set() && give_up();
}
