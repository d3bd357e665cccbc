/*
 * The command's stdin, where it is a pipe: the bytes of one CONTROL_INPUT on their way into it. They go as the pipe
 * takes them; nothing waits for a command that does not read.
 *
 * What has gone into the pipe is counted, and the count outlives every server: who comes next goes on there, so that
 * no byte is lost or comes twice.
 */
#ifndef JOBD_INPUT_H
#define JOBD_INPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"
#include "wire.h"

struct input {
    int fd;         /* the pipe's write end; -1: not there yet, or closed */
    bool open;      /* more may come */
    bool ends;      /* nothing comes after what is held */
    uint64_t taken; /* bytes that went into the pipe */
    size_t done;    /* bytes of held that did */
    size_t held;    /* bytes that came last */
    char bytes[INPUT_MAX_BYTES]; /* not touched, and so no memory, before input comes */
};

void input_init(struct input *input, bool open);

/* The command has its stdin: from now on input can go there. */
void input_connect(struct input *input, int fd);

/* What to poll for; without a pipe, nothing. */
struct pollfd input_poll(const struct input *input);

/* After the poll: passes on what the pipe takes, or finds that the job has closed it. */
void input_ready(struct input *input, struct control *control, short revents);

/* Does what CONTROL_INPUT_OPEN, CONTROL_INPUT or CONTROL_INPUT_END asks for, and answers when that is done. */
void input_obey(struct input *input, struct control *control, const struct control_message *message);

#endif
