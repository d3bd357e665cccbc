/*
 * The journal of a job's output: `output` holds the bytes, `index` says what they are. Append only. Bytes count
 * once a record in the index covers them, so a reader never meets half a chunk.
 *
 * Appending never fails: what the bound or the disk does not take is dropped, counted, and stated by a gap
 * record as soon as the journal can be written again. A job is never blocked by its journal.
 */
#ifndef JOBD_JOURNAL_H
#define JOBD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire.h"

enum {
    /* As one chunk; and what the pipe of a job is made to hold that prints much. */
    JOURNAL_TAKE_MAX = 256 << 10,
    /* Of a pipe, for one chunk: twice as many as a pipe of that size holds writes apart. A job that goes on writing keeps
     * its shim from nothing else. */
    JOURNAL_TAKE_READS = 128,
};

struct journal {
    int output;
    int index;
    uint64_t end;       /* bytes of output that the index covers */
    uint64_t index_end; /* bytes of index that are whole */
    uint64_t max;       /* bytes of output kept at most */
    uint64_t time;      /* of the last record */
    uint64_t gap[2];    /* bytes dropped since the stream's last gap record, stdout and stderr */
    uint64_t dropped;   /* all that was dropped */
    bool wide[2];       /* the stream's pipe was made to hold JOURNAL_TAKE_MAX */
};

/* Makes both files in the working directory. False with errno set where that fails, also where they exist. */
bool journal_open(struct journal *journal, uint64_t max);

/*
 * Appends what a stream's pipe, which does not block, holds now, as one chunk of at most max bytes, 1 or more, and of
 * JOURNAL_TAKE_READS reads. Where max is less than PIPE_BUF, the pipe's next packet must not be longer. The chunk's time
 * is that of the first read. Returns how many bytes it had; 0 where the pipe has ended, -1 with errno EAGAIN where it is
 * empty.
 */
ssize_t journal_take(struct journal *journal, enum index_kind stream, int pipe, size_t max);

/* Appends length bytes that were just read from a stream, INDEX_STDOUT or INDEX_STDERR. */
void journal_append(struct journal *journal, enum index_kind stream, const char *bytes, size_t length);

/* States what is still unstated and makes the journal durable. False with errno set where the disk refuses. */
bool journal_finish(struct journal *journal);

#endif
