#define _GNU_SOURCE
#include "control.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void control_init(struct control *control, int listener, char *input)
{
    memset(control, 0, sizeof *control);
    control->listener = listener;
    control->input = input;
    (void)fcntl(listener, F_SETFL, O_NONBLOCK); /* accept must not wait, whatever poll said before */
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        control->connections[i].fd = -1;
}

static void drop(struct control *control, struct connection *connection)
{
    control->deserted |= connection->first;
    if (control->feeder == connection)
        control->feeder = NULL;
    close(connection->fd);
    connection->fd = -1;
}

static void tell(struct control *control, struct connection *connection, const struct control_message *message)
{
    if (send(connection->fd, message, sizeof *message, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof *message)
        drop(control, connection);
}

size_t control_poll_set(const struct control *control, struct pollfd *set)
{
    size_t count = 0;
    set[count++] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        if (control->connections[i].fd >= 0)
            set[count++] = (struct pollfd){.fd = control->connections[i].fd, .events = POLLIN};
    return count;
}

/* The directory of the socket is the server's alone; this holds where somebody opened it up. */
static bool is_own_user(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

static void accept_connection(struct control *control)
{
    int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return; /* nobody, or gone again */
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS && is_own_user(fd); i++) {
        struct connection *connection = &control->connections[i];
        if (connection->fd >= 0)
            continue;
        *connection = (struct connection){.fd = fd, .first = !control->met, .watch = UINT64_MAX};
        control->met = true;
        tell(control, connection, &(struct control_message){.type = CONTROL_HELLO, .value = CONTROL_VERSION});
        if (control->started.type != 0 && connection->fd >= 0)
            tell(control, connection, &control->started);
        return;
    }
    close(fd); /* a stranger, or one too many */
}

static void tell_if_grown(struct control *control, struct connection *connection)
{
    if (connection->fd < 0 || connection->watch == UINT64_MAX || control->journal_end <= connection->watch)
        return;
    connection->watch = UINT64_MAX;
    tell(control, connection, &(struct control_message){.type = CONTROL_GREW, .number = control->journal_end});
}

/* Whether the bytes of input that a message announces may come. */
static bool may_come(struct control *control, const struct connection *connection)
{
    if (connection->input > INPUT_MAX_BYTES)
        return false;
    if (connection->input == 0 || control->feeder != connection)
        return true;
    bool may = control->input_answered;
    control->input_answered = false;
    return may;
}

static ssize_t receive_message(struct control *control, struct connection *connection)
{
    char *buffer = (char *)&connection->message;
    ssize_t got = recv(connection->fd, buffer + connection->filled, sizeof connection->message - connection->filled, 0);
    if (got <= 0)
        return got;
    connection->filled += (size_t)got;
    bool whole = connection->filled == sizeof connection->message;
    connection->input = whole && connection->message.type == CONTROL_INPUT ? connection->message.value : 0;
    return may_come(control, connection) ? got : -1;
}

static ssize_t receive_input(const struct control *control, struct connection *connection)
{
    static char nowhere[INPUT_MAX_BYTES];
    char *buffer = control->feeder == connection ? control->input : nowhere;
    ssize_t got = recv(connection->fd, buffer + connection->message.value - connection->input, connection->input, 0);
    connection->input -= got > 0 ? (size_t)got : 0;
    return got;
}

static void dispatch(struct control *control, struct connection *connection, control_handler *handle, void *context)
{
    const struct control_message *message = &connection->message;
    switch ((enum control_type)message->type) {
    case CONTROL_WATCH:
        connection->watch = message->number;
        tell_if_grown(control, connection);
        return;
    case CONTROL_INPUT_OPEN:
        control->feeder = connection;
        handle(context, message);
        return;
    case CONTROL_INPUT:
    case CONTROL_INPUT_END:
        if (control->feeder == connection)
            handle(context, message);
        return;
    default:
        handle(context, message);
    }
}

/* Takes a part of what has come, so that no peer keeps the others waiting. */
static void receive(struct control *control, struct connection *connection, control_handler *handle, void *context)
{
    ssize_t got = connection->input > 0 ? receive_input(control, connection) : receive_message(control, connection);
    if (got <= 0) {
        drop(control, connection);
    } else if (connection->filled == sizeof connection->message && connection->input == 0) {
        connection->filled = 0;
        dispatch(control, connection, handle, context);
    }
}

void control_ready(struct control *control, const struct pollfd *set, size_t count, control_handler *handle, void *context)
{
    for (size_t i = 1; i < count; i++)
        for (int c = 0; c < CONTROL_MAX_CONNECTIONS; c++)
            if (set[i].revents != 0 && control->connections[c].fd == set[i].fd)
                receive(control, &control->connections[c], handle, context);
    if (set[0].revents != 0)
        accept_connection(control); /* last: a new connection may get a number that was just closed */
}

bool control_deserted(const struct control *control)
{
    return control->deserted;
}

void control_tell_feeder(struct control *control, const struct control_message *message)
{
    control->input_answered = true;
    if (control->feeder != NULL)
        tell(control, control->feeder, message);
}

static void tell_all(struct control *control, const struct control_message *message)
{
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        if (control->connections[i].fd >= 0)
            tell(control, &control->connections[i], message);
}

void control_started(struct control *control, uint32_t pid, uint64_t time)
{
    control->started = (struct control_message){.type = CONTROL_STARTED, .value = pid, .time = time};
    tell_all(control, &control->started);
}

void control_grew(struct control *control, uint64_t journal_end)
{
    control->journal_end = journal_end;
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        tell_if_grown(control, &control->connections[i]);
}

void control_ended(struct control *control)
{
    /* Whoever connected since the last poll would otherwise be reset without a word. */
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        accept_connection(control);
    tell_all(control, &(struct control_message){.type = CONTROL_ENDED});
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        if (control->connections[i].fd >= 0)
            drop(control, &control->connections[i]);
    close(control->listener);
}
