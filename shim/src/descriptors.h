/* close_range(2), past libc: musl has no function for it. */
#ifndef JOBD_DESCRIPTORS_H
#define JOBD_DESCRIPTORS_H

#include <sys/syscall.h>
#include <unistd.h>

static inline int close_descriptors(unsigned first, unsigned last, unsigned flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}

#endif
