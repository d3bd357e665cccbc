/*
 * The file `exit`: how the job ended, as lines "key value" that people can read, closed by a line with the CRC-32
 * of all before it. It appears when the journal is complete and durable, and is durable itself when the shim says
 * that the job has ended.
 */
#ifndef JOBD_EXIT_RECORD_H
#define JOBD_EXIT_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "steps.h"

enum { STATUS_UNKNOWN = -1 };

struct exit_record {
    struct failure failure; /* STEP_NONE: the command was executed */
    uint32_t pid;
    uint64_t started; /* nanoseconds since 1970; 0: never */
    uint64_t ended;
    int status; /* as from wait(2), or STATUS_UNKNOWN */
    struct rusage usage;
    int stop_signal; /* the first signal of a stop that was asked for before the end; 0: none was */
    bool timed_out;
    bool survivors; /* processes of the job that could not be killed */
    bool journal_failed; /* the end of the journal is not durable, or a gap in it could not be stated */
    uint64_t oom_kills;
    uint64_t output;
    uint64_t dropped;
};

/* Takes the disk space of the record, so that a full disk cannot cost a verdict. Before the job starts. */
bool exit_record_reserve(void);

/* Writes the record where its space was taken and has it on its way to the disk, but waits for nothing and publishes
 * nothing. May be repeated. False with errno set where it could not be written. */
bool exit_record_draft(const struct exit_record *record);

/* Makes the draft the file `exit`, durably. False with errno set where it could not, and then there is none. */
bool exit_record_publish(void);

#endif
