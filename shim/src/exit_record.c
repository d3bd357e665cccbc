#define _GNU_SOURCE
#include "exit_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

enum { RECORD_MAX_BYTES = 1024 }; /* 17 lines of a key and a number of at most 20 digits */

/* The CRC-32 of zlib and java.util.zip, bit by bit: a few hundred bytes once a job. */
static uint32_t crc32(const char *bytes, size_t length)
{
    uint32_t crc = ~0U;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

static uint64_t microseconds(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

static size_t format(const struct exit_record *r, char *text, size_t size)
{
    int length = snprintf(text, size,
                          "jobd-exit %d\n"
                          "step %s\n"
                          "errno %d\n"
                          "pid %" PRIu32 "\n"
                          "started %" PRIu64 "\n"
                          "ended %" PRIu64 "\n"
                          "status %d\n"
                          "user_us %" PRIu64 "\n"
                          "system_us %" PRIu64 "\n"
                          "stop_signal %d\n"
                          "timed_out %d\n"
                          "survivors %d\n"
                          "journal_failed %d\n"
                          "oom_kills %" PRIu64 "\n"
                          "output %" PRIu64 "\n"
                          "dropped %" PRIu64 "\n",
                          EXIT_VERSION, step_name(r->failure.step), r->failure.error, r->pid, r->started, r->ended,
                          r->status, microseconds(&r->usage.ru_utime), microseconds(&r->usage.ru_stime),
                          r->stop_signal, r->timed_out, r->survivors, r->journal_failed, r->oom_kills, r->output,
                          r->dropped);
    length += snprintf(text + length, size - (size_t)length, "crc32 %08" PRIx32 "\n", crc32(text, (size_t)length));
    return (size_t)length;
}

static bool write_file(const char *text, size_t length, int flags, bool durably)
{
    int fd = open("exit.tmp", O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (fd < 0)
        return false;
    errno = ENOSPC; /* what a short write means */
    bool written = write(fd, text, length) == (ssize_t)length && ftruncate(fd, (off_t)length) == 0 &&
                   (!durably || fsync(fd) == 0);
    int error = errno;
    close(fd);
    errno = error;
    return written;
}

/* A rename is durable when the directory is: rename(2) says nothing of it, fsync(2) does. */
static bool sync_directory(void)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool synced = fsync(fd) == 0;
    int error = errno;
    close(fd);
    errno = error;
    return synced;
}

bool exit_record_reserve(void)
{
    static const char blank[RECORD_MAX_BYTES];
    return write_file(blank, sizeof blank, O_CREAT | O_EXCL, false);
}

bool exit_record_write(const struct exit_record *record)
{
    char text[RECORD_MAX_BYTES];
    size_t length = format(record, text, sizeof text);
    /* In place: the blocks are there already. */
    return write_file(text, length, 0, true) && rename("exit.tmp", "exit") == 0 && sync_directory();
}
