#define _GNU_SOURCE
#include "input.h"

#include <errno.h>
#include <unistd.h>

void input_init(struct input *input, bool open)
{
    input->fd = -1;
    input->open = open;
}

void input_connect(struct input *input, int fd)
{
    if (input->open)
        input->fd = fd;
    else
        close(fd); /* it was ended before */
}

struct pollfd input_poll(const struct input *input)
{
    /* That nobody reads any more is told as POLLERR, asked for or not: poll(2). */
    return (struct pollfd){.fd = input->fd, .events = input->done < input->held ? POLLOUT : 0};
}

static void tell(const struct input *input, struct control *control, enum control_type type)
{
    struct control_message message = {.type = type, .number = input->taken};
    if (!input->open) {
        message.type = CONTROL_INPUT_CLOSED;
        message.value = input->ends ? INPUT_COMPLETE : INPUT_REFUSED;
    }
    control_tell_feeder(control, &message);
}

static void shut(struct input *input)
{
    if (input->fd >= 0)
        close(input->fd);
    input->fd = -1;
    input->open = false;
}

static void refuse(struct input *input, struct control *control)
{
    input->ends = false;
    input->done = input->held;
    shut(input);
    tell(input, control, CONTROL_INPUT_CLOSED);
}

/* Passes on what the pipe takes now; tells where that was all. */
static void pass(struct input *input, struct control *control)
{
    if (input->fd < 0 || input->done == input->held)
        return;
    ssize_t wrote = write(input->fd, input->bytes + input->done, input->held - input->done);
    if (wrote < 0 && errno != EAGAIN && errno != EINTR) {
        refuse(input, control); /* EPIPE: nobody reads any more */
        return;
    }
    if (wrote > 0) {
        input->done += (size_t)wrote;
        input->taken += (uint64_t)wrote;
    }
    if (input->done < input->held)
        return;
    if (input->ends)
        shut(input);
    tell(input, control, CONTROL_INPUT_TAKEN);
}

void input_ready(struct input *input, struct control *control, short revents)
{
    if ((revents & POLLERR) != 0)
        refuse(input, control);
    else if (revents != 0)
        pass(input, control);
}

void input_obey(struct input *input, struct control *control, const struct control_message *message)
{
    if (message->type == CONTROL_INPUT_OPEN) {
        input->held = input->done = 0;
        input->ends = input->ends && !input->open;
        tell(input, control, CONTROL_INPUT_OPENED);
    } else if (input->open && message->type == CONTROL_INPUT) {
        input->done = 0;
        input->held = message->value;
        pass(input, control);
    } else if (input->open && message->type == CONTROL_INPUT_END) {
        input->ends = true;
        if (input->done == input->held) {
            shut(input);
            tell(input, control, CONTROL_INPUT_CLOSED);
        }
    } else if (message->type == CONTROL_INPUT) {
        control->input_answered = true; /* by the word of the end, which it crossed: nothing of it is held */
    }
}
