#define _GNU_SOURCE
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "deadline.h"

enum { READ_BYTES = 64 << 10 }; /* a pipe's default capacity: pipe(7) */

static int create(const char *name)
{
    return open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Writes at an offset as much as the disk takes. */
static size_t write_at(int fd, const void *bytes, size_t length, uint64_t offset)
{
    size_t done = 0;
    while (done < length) {
        ssize_t wrote = pwrite(fd, (const char *)bytes + done, length - done, (off_t)(offset + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break;
        done += (size_t)wrote;
    }
    return done;
}

bool journal_open(struct journal *journal, uint64_t max)
{
    memset(journal, 0, sizeof *journal);
    journal->max = max;
    journal->output = create("output");
    journal->index = journal->output < 0 ? -1 : create("index");
    if (journal->index < 0)
        return false;

    struct index_header header = {.magic = INDEX_MAGIC, .version = INDEX_VERSION};
    errno = ENOSPC;
    if (write_at(journal->index, &header, sizeof header, 0) != sizeof header)
        return false;
    journal->index_end = sizeof header;
    return true;
}

/* A record that does not fit on the disk leaves index_end where it was, and so is overwritten by the next. */
static bool put_record(struct journal *journal, uint64_t end, uint64_t time, uint64_t tag)
{
    if (time < journal->time)
        time = journal->time; /* the clock was set back; readers search by time */

    struct index_record record = {.end = end, .time = time, .tag = tag};
    if (write_at(journal->index, &record, sizeof record, journal->index_end) != sizeof record)
        return false;
    journal->index_end += sizeof record;
    journal->time = time;
    return true;
}

static void drop(struct journal *journal, enum index_kind stream, uint64_t count)
{
    journal->gap[stream == INDEX_STDERR] += count;
    journal->dropped += count;
}

static bool state_gaps(struct journal *journal)
{
    for (int i = 0; i < 2; i++) {
        if (journal->gap[i] == 0)
            continue;
        uint64_t kind = INDEX_GAP | (i == 0 ? INDEX_STDOUT : INDEX_STDERR);
        if (!put_record(journal, journal->end, clock_ns(CLOCK_REALTIME), journal->gap[i] << 8 | kind))
            return false;
        journal->gap[i] = 0;
    }
    return true;
}

/*
 * Writes behind the end, after what is staged there already, what the bound and the disk take. At the bound gaps only
 * grow; stating them is left to the end, or every chunk would cost a record.
 */
static size_t stage(struct journal *journal, const char *bytes, size_t length, size_t staged)
{
    uint64_t room = journal->max - journal->end - staged;
    size_t keep = length < room ? length : (size_t)room;
    if (keep == 0 || !state_gaps(journal))
        return 0;
    return write_at(journal->output, bytes, keep, journal->end + staged);
}

/* Makes a chunk of what is staged, which is all or the beginning of length bytes. */
static void cover(struct journal *journal, enum index_kind stream, uint64_t time, size_t staged, size_t length)
{
    if (staged > 0 && !put_record(journal, journal->end + staged, time, stream))
        staged = 0; /* not covered by a record, so not there: the next chunk overwrites it */
    journal->end += staged;
    if (staged < length)
        drop(journal, stream, length - staged);
}

void journal_append(struct journal *journal, enum index_kind stream, const char *bytes, size_t length)
{
    cover(journal, stream, clock_ns(CLOCK_REALTIME), stage(journal, bytes, length, 0), length);
}

/* For a job that prints faster than its pipe is emptied: fewer waits for each other. Where that is refused, all is
 * only slower. */
static void widen(struct journal *journal, enum index_kind stream, int pipe)
{
    bool *wide = &journal->wide[stream == INDEX_STDERR];
    if (!*wide && fcntl(pipe, F_GETPIPE_SZ) < JOURNAL_TAKE_MAX)
        (void)fcntl(pipe, F_SETPIPE_SZ, JOURNAL_TAKE_MAX);
    *wide = true;
}

/*
 * Fills the buffer with what the pipe gives, in so many reads at most. Returns how much that is; *got is what the last
 * read returned. Reads on only where there is room for the largest packet: the kernel drops what of one has none,
 * pipe(2), O_DIRECT.
 */
static size_t fill(int pipe, char *buffer, size_t length, unsigned *reads, ssize_t *got)
{
    size_t filled = 0;
    do {
        *got = read(pipe, buffer + filled, length - filled);
        if (*got > 0)
            filled += (size_t)*got;
    } while (*got > 0 && length - filled >= PIPE_BUF && --*reads > 0);
    return filled;
}

/*
 * A read that is short does not mean that the pipe is empty: where the job has set O_DIRECT on its end, each gives one
 * write of the job's. A record for each of those would be larger than what it covers.
 */
ssize_t journal_take(struct journal *journal, enum index_kind stream, int pipe, size_t max)
{
    static char buffer[READ_BYTES];
    unsigned reads = JOURNAL_TAKE_READS;
    uint64_t time = clock_ns(CLOCK_REALTIME);
    size_t taken = 0, staged = 0;
    ssize_t got;
    do {
        size_t asked = max - taken < sizeof buffer ? max - taken : sizeof buffer;
        size_t filled = fill(pipe, buffer, asked, &reads, &got);
        if (filled > 0 && staged == taken) /* a chunk has no holes */
            staged += stage(journal, buffer, filled, staged);
        taken += filled;
    } while (got > 0 && max - taken >= PIPE_BUF && reads > 0);
    if (taken == 0)
        return got;
    cover(journal, stream, time, staged, taken);
    if (taken >= READ_BYTES)
        widen(journal, stream, pipe);
    return (ssize_t)taken;
}

bool journal_finish(struct journal *journal)
{
    bool stated = state_gaps(journal);
    int error = stated ? 0 : ENOSPC;
    if (ftruncate(journal->output, (off_t)journal->end) != 0 ||
        ftruncate(journal->index, (off_t)journal->index_end) != 0)
        error = errno;
    /* An empty journal is as good absent: nothing to wait for the disk for. */
    bool empty = journal->index_end == sizeof(struct index_header);
    if (!empty)
        (void)sync_file_range(journal->index, 0, 0, SYNC_FILE_RANGE_WRITE); /* beside the output, not after it */
    if (!empty && (fdatasync(journal->output) != 0 || fdatasync(journal->index) != 0))
        error = errno;
    errno = error;
    return error == 0;
}
