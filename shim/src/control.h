/*
 * The shim's side of the control socket. A server that is there is told what happens; one that comes back
 * connects again and is told what is; none at all changes nothing for the job.
 *
 * What is sent is bounded by what is asked for, so a socket whose buffer is full belongs to a peer that does not
 * keep to the protocol: it is closed, and nothing ever waits for it.
 *
 * Input comes from one peer at a time, the last that said so. What an earlier one still sends is received, or its
 * messages could not be told apart, and goes nowhere.
 */
#ifndef JOBD_CONTROL_H
#define JOBD_CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct connection {
    int fd;        /* -1: free */
    bool first;    /* of all that ever were */
    uint64_t watch; /* answer GREW once the journal is longer; UINT64_MAX: not asked */
    size_t filled; /* bytes of message that have come so far */
    struct control_message message;
    size_t input; /* bytes of input that follow it and have not come yet */
};

struct control {
    int listener;
    struct connection connections[CONTROL_MAX_CONNECTIONS];
    struct connection *feeder; /* that input comes from; NULL: nobody */
    char *input;               /* where its bytes go: INPUT_MAX_BYTES */
    bool input_answered;       /* only then may more come */
    struct control_message started; /* type 0 until the command was executed */
    uint64_t journal_end;
    bool met;      /* somebody has connected since the start; the first is the server that the job is from */
    bool deserted; /* and that one has gone */
};

/* Of a CONTROL_INPUT it hears when all of its bytes are there. */
typedef void control_handler(void *context, const struct control_message *message);

void control_init(struct control *control, int listener, char *input);

/* Fills in what to poll for; returns how many entries, at most 1 + CONTROL_MAX_CONNECTIONS. */
size_t control_poll_set(const struct control *control, struct pollfd *set);

/* Accepts, receives, and hands each whole message that is not the control's own to handle. */
void control_ready(struct control *control, const struct pollfd *set, size_t count, control_handler *handle, void *context);

void control_started(struct control *control, uint32_t pid, uint64_t time);
void control_grew(struct control *control, uint64_t journal_end);
void control_tell_feeder(struct control *control, const struct control_message *message);

/* Whether the first who connected has gone. Another may be there: the next server, which was faster than the news. */
bool control_deserted(const struct control *control);

/* Tells every peer and closes. */
void control_ended(struct control *control);

#endif
