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

static const char DRAFT[] = "exit.tmp";

/* Blocks that are on their way are in the file system's open transaction, so that the first sync that comes takes
 * them along, whichever file it is for. Only a hint: what it did not do, fsync does. */
static bool write_draft(const char *text, size_t length, int flags)
{
    int fd = open(DRAFT, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (fd < 0)
        return false;
    errno = ENOSPC; /* what a short write means */
    bool written = write(fd, text, length) == (ssize_t)length && ftruncate(fd, (off_t)length) == 0;
    int error = errno;
    if (flags == 0)
        (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    close(fd);
    errno = error;
    return written;
}

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags);
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
    return write_draft(blank, sizeof blank, O_CREAT | O_EXCL);
}

bool exit_record_draft(const struct exit_record *record)
{
    char text[RECORD_MAX_BYTES];
    size_t length = format(record, text, sizeof text);
    return write_draft(text, length, 0); /* in place: the blocks are there already */
}

/* A rename is durable when the directory is: rename(2) says nothing of it, fsync(2) does. The name comes first, so
 * that one commit of the file system takes both along: until the last sync, the record is told to nobody, and what
 * a loss of power leaves of it before is seen to be none by its checksum. */
bool exit_record_publish(void)
{
    if (rename(DRAFT, "exit") != 0)
        return false;
    if (sync_path("exit", 0) && sync_path(".", O_DIRECTORY))
        return true;
    int error = errno;
    (void)rename("exit", DRAFT);
    errno = error;
    return false;
}
