#define _GNU_SOURCE
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
static bool put_record(struct journal *journal, uint64_t end, uint64_t tag)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
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
        if (!put_record(journal, journal->end, journal->gap[i] << 8 | kind))
            return false;
        journal->gap[i] = 0;
    }
    return true;
}

void journal_append(struct journal *journal, enum index_kind stream, const char *bytes, size_t length)
{
    uint64_t room = journal->max - journal->end;
    size_t keep = length < room ? length : (size_t)room;
    size_t kept = 0;
    /* At the bound gaps only grow; stating them is left to the end, or every chunk would cost a record. */
    if (keep > 0 && state_gaps(journal)) {
        kept = write_at(journal->output, bytes, keep, journal->end);
        if (kept > 0 && !put_record(journal, journal->end + kept, stream))
            kept = 0; /* not covered by a record, so not there: the next chunk overwrites it */
    }
    journal->end += kept;
    if (kept < length)
        drop(journal, stream, length - kept);
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
