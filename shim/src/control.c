#define _GNU_SOURCE
#include "control.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void control_init(struct control *control, int listener)
{
    memset(control, 0, sizeof *control);
    control->listener = listener;
    (void)fcntl(listener, F_SETFL, O_NONBLOCK); /* accept must not wait, whatever poll said before */
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        control->connections[i].fd = -1;
}

static void drop(struct control *control, struct connection *connection)
{
    control->deserted |= connection->first;
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

static void receive(struct control *control, struct connection *connection, control_handler *handle, void *context)
{
    char *buffer = (char *)&connection->message;
    ssize_t got = recv(connection->fd, buffer + connection->filled, sizeof connection->message - connection->filled, 0);
    if (got <= 0) {
        drop(control, connection);
        return;
    }
    connection->filled += (size_t)got;
    if (connection->filled < sizeof connection->message)
        return;
    connection->filled = 0;
    if (connection->message.type == CONTROL_WATCH) {
        connection->watch = connection->message.number;
        tell_if_grown(control, connection);
    } else {
        handle(context, &connection->message);
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
