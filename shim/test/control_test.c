#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "control.h"

static struct control control;
static char input[INPUT_MAX_BYTES];
static struct control_message handled[64];
static int handled_count;

static void handle(void *context, const struct control_message *message)
{
    CHECK(context == &control);
    handled[handled_count++ % 64] = *message;
}

static void listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "control"};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(listener, 64) == 0);
    control_init(&control, listener, input);
}

static int connect_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "control"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* Serves until there is nothing more to do; how many rounds that took. */
static int serve(void)
{
    struct pollfd set[1 + CONTROL_MAX_CONNECTIONS];
    for (int rounds = 0;; rounds++) {
        size_t count = control_poll_set(&control, set);
        CHECK(count <= 1 + CONTROL_MAX_CONNECTIONS);
        if (poll(set, count, 0) == 0)
            return rounds;
        control_ready(&control, set, count, handle, &control);
    }
}

static struct control_message next(int fd)
{
    struct control_message message;
    CHECK_EQ(recv(fd, &message, sizeof message, MSG_DONTWAIT), sizeof message);
    return message;
}

static void check_silent(int fd)
{
    char byte;
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT) < 0);
    CHECK_EQ(errno, EAGAIN);
}

static void check_closed(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT);
    CHECK(got == 0 || (got < 0 && errno == ECONNRESET));
}

static void tell(int fd, uint32_t type, uint32_t value, uint64_t number)
{
    struct control_message message = {.type = type, .value = value, .number = number};
    CHECK_EQ(send(fd, &message, sizeof message, MSG_NOSIGNAL), sizeof message);
}

static int greeted(void)
{
    int fd = connect_here();
    serve();
    CHECK_EQ(next(fd).type, CONTROL_HELLO);
    return fd;
}

TEST(ANYBODY, hello_comes_first_and_started_when_it_is_true)
{
    listen_here();
    int early = connect_here();
    serve();
    struct control_message hello = next(early);
    CHECK_EQ(hello.type, CONTROL_HELLO);
    CHECK_EQ(hello.value, CONTROL_VERSION);
    check_silent(early);

    control_started(&control, 4711, 99);
    struct control_message started = next(early);
    CHECK_EQ(started.type, CONTROL_STARTED);
    CHECK_EQ(started.value, 4711);
    CHECK_EQ(started.time, 99);

    int late = greeted();
    started = next(late);
    CHECK_EQ(started.type, CONTROL_STARTED);
    CHECK_EQ(started.value, 4711);
    check_silent(early);
}

TEST(ANYBODY, a_message_in_pieces_is_handled_once_it_is_whole)
{
    listen_here();
    int peer = greeted(), other = greeted();
    struct control_message message = {.type = CONTROL_STOP, .value = 15, .number = 77};
    for (size_t i = 0; i < sizeof message; i++) {
        CHECK_EQ(handled_count, 0);
        CHECK_EQ(send(peer, (char *)&message + i, 1, 0), 1);
        if (i == 10)
            CHECK_EQ(send(other, &message, 10, 0), 10); /* half a message of another peer is its own */
        serve();
    }
    CHECK_EQ(handled_count, 1);
    CHECK(memcmp(&handled[0], &message, sizeof message) == 0);
}

TEST(ANYBODY, messages_sent_together_are_handled_one_by_one_in_order)
{
    listen_here();
    int peer = greeted();
    for (uint32_t i = 0; i < 5; i++)
        tell(peer, CONTROL_SIGNAL, i, 0);
    serve();
    CHECK_EQ(handled_count, 5);
    for (uint32_t i = 0; i < 5; i++)
        CHECK_EQ(handled[i].value, i);
}

TEST(ANYBODY, half_a_message_of_a_peer_that_left_is_forgotten)
{
    listen_here();
    for (int i = 0; i < 3 * CONTROL_MAX_CONNECTIONS; i++) {
        int peer = greeted();
        CHECK_EQ(send(peer, "half a message", 14, 0), 14);
        close(peer);
        serve();
    }
    tell(greeted(), CONTROL_STOP, 9, 0);
    serve();
    CHECK_EQ(handled_count, 1);
    CHECK_EQ(handled[0].value, 9);
}

TEST(ANYBODY, a_flood_of_garbage_harms_nobody_else)
{
    listen_here();
    int flooder = greeted(), peer = greeted();
    char garbage[4096];
    memset(garbage, 0xa5, sizeof garbage);
    for (int i = 0; i < 100; i++) {
        CHECK(send(flooder, garbage, sizeof garbage - (unsigned)i, MSG_DONTWAIT) > 0);
        serve();
    }
    handled_count = 0;
    tell(peer, CONTROL_STOP, 9, 0);
    CHECK_EQ(serve(), 1);
    CHECK_EQ(handled_count, 1);
    CHECK_EQ(handled[0].type, CONTROL_STOP);
}

TEST(ANYBODY, a_flood_is_handled_one_message_of_each_peer_at_a_time)
{
    listen_here();
    int flooder = greeted(), peer = greeted();
    for (uint32_t i = 0; i < 50; i++)
        tell(flooder, 0xffff, 0, 0);
    tell(peer, CONTROL_STOP, 9, 0);
    struct pollfd set[1 + CONTROL_MAX_CONNECTIONS];
    size_t count = control_poll_set(&control, set);
    CHECK(poll(set, count, 0) > 0);
    control_ready(&control, set, count, handle, &control);
    CHECK_EQ(handled_count, 2);
}

TEST(ANYBODY, one_connection_too_many_is_closed_and_a_place_that_is_left_is_taken)
{
    listen_here();
    int peers[CONTROL_MAX_CONNECTIONS];
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        peers[i] = greeted();
    int extra = connect_here();
    serve();
    check_closed(extra);
    close(peers[1]);
    serve();
    peers[1] = greeted();
    control_started(&control, 1, 1);
    for (int i = 0; i < CONTROL_MAX_CONNECTIONS; i++)
        CHECK_EQ(next(peers[i]).type, CONTROL_STARTED);
}

TEST(ANYBODY, a_watch_is_answered_once_when_the_journal_is_longer)
{
    listen_here();
    int peer = greeted();
    tell(peer, CONTROL_WATCH, 0, 10);
    serve();
    control_grew(&control, 10);
    check_silent(peer);
    control_grew(&control, 11);
    struct control_message grew = next(peer);
    CHECK_EQ(grew.type, CONTROL_GREW);
    CHECK_EQ(grew.number, 11);
    control_grew(&control, 12);
    check_silent(peer);
    CHECK_EQ(handled_count, 0);
}

TEST(ANYBODY, a_watch_for_what_is_there_is_answered_at_once)
{
    listen_here();
    int peer = greeted();
    control_grew(&control, 12);
    tell(peer, CONTROL_WATCH, 0, 11);
    serve();
    CHECK_EQ(next(peer).number, 12);
    tell(peer, CONTROL_WATCH, 0, 12);
    serve();
    check_silent(peer);
}

TEST(ANYBODY, a_later_watch_replaces_the_earlier)
{
    listen_here();
    int peer = greeted();
    tell(peer, CONTROL_WATCH, 0, 5);
    tell(peer, CONTROL_WATCH, 0, 10);
    serve();
    control_grew(&control, 8);
    check_silent(peer);
    control_grew(&control, 11);
    CHECK_EQ(next(peer).number, 11);
}

TEST(ANYBODY, a_peer_that_never_reads_is_dropped_and_blocks_nobody)
{
    listen_here();
    int mute = greeted(), peer = greeted();
    control_grew(&control, 1);
    bool dropped = false;
    for (int i = 0; i < 100000 && !dropped; i++) {
        struct control_message watch = {.type = CONTROL_WATCH};
        dropped = send(mute, &watch, sizeof watch, MSG_NOSIGNAL) < 0;
        serve();
    }
    CHECK(dropped);
    tell(peer, CONTROL_WATCH, 0, 0);
    serve();
    CHECK_EQ(next(peer).type, CONTROL_GREW);
}

static void send_input(int fd, const char *bytes, size_t length)
{
    tell(fd, CONTROL_INPUT, (uint32_t)length, 0);
    CHECK_EQ(send(fd, bytes, length, MSG_NOSIGNAL), length);
}

static void answer_feeder(enum control_type type)
{
    control_tell_feeder(&control, &(struct control_message){.type = type});
}

/* A peer that gives the input from now on. */
static void open_input(int peer)
{
    tell(peer, CONTROL_INPUT_OPEN, 0, 0);
    serve();
    answer_feeder(CONTROL_INPUT_OPENED);
    CHECK_EQ(next(peer).type, CONTROL_INPUT_OPENED);
}

TEST(ANYBODY, input_is_handled_once_all_of_its_bytes_are_there)
{
    listen_here();
    int peer = greeted();
    open_input(peer);
    tell(peer, CONTROL_INPUT, 3, 0);
    for (int i = 0; i < 3; i++) {
        serve();
        CHECK_EQ(handled_count, 1);
        CHECK_EQ(send(peer, "abc" + i, 1, 0), 1);
    }
    tell(peer, CONTROL_SIGNAL, 9, 0);
    serve();
    CHECK_EQ(handled_count, 3);
    CHECK_EQ(handled[1].type, CONTROL_INPUT);
    CHECK_EQ(handled[1].value, 3);
    CHECK(memcmp(input, "abc", 3) == 0);
    CHECK_EQ(handled[2].type, CONTROL_SIGNAL);
}

TEST(ANYBODY, input_of_who_gives_it_no_more_goes_nowhere)
{
    listen_here();
    int before = greeted(), after = greeted();
    open_input(before);
    tell(before, CONTROL_INPUT, 6, 0);
    CHECK_EQ(send(before, "foo", 3, 0), 3);
    serve();
    open_input(after);
    send_input(after, "mine", 4);
    CHECK_EQ(send(before, "bar", 3, 0), 3);
    tell(before, CONTROL_INPUT_END, 0, 0);
    tell(before, CONTROL_SIGNAL, 9, 0);
    serve();
    CHECK_EQ(handled_count, 4);
    CHECK_EQ(handled[2].type + handled[3].type, CONTROL_INPUT + CONTROL_SIGNAL);
    CHECK(memcmp(input, "mine", 4) == 0);
}

TEST(ANYBODY, more_input_than_was_agreed_on_ends_the_connection)
{
    listen_here();
    int peer = greeted();
    tell(peer, CONTROL_INPUT, INPUT_MAX_BYTES + 1, 0);
    serve();
    check_closed(peer);

    peer = greeted();
    open_input(peer);
    send_input(peer, "abc", 3);
    send_input(peer, "def", 3); /* before those were answered, and so while they may be on their way */
    serve();
    check_closed(peer);
    CHECK(memcmp(input, "abc", 3) == 0);
    answer_feeder(CONTROL_INPUT_TAKEN); /* nobody is there to hear it */
}

TEST(ANYBODY, every_peer_hears_of_the_end_and_is_closed)
{
    listen_here();
    int first = greeted(), second = greeted();
    tell(second, CONTROL_WATCH, 0, 5); /* unread by the shim when it closes */
    control_ended(&control);
    CHECK_EQ(next(first).type, CONTROL_ENDED);
    check_closed(first);
    CHECK_EQ(next(second).type, CONTROL_ENDED);
    check_closed(second);
}

TEST(ANYBODY, a_peer_that_waits_to_be_accepted_hears_of_the_end)
{
    listen_here();
    int waiting = connect_here();
    control_ended(&control);
    CHECK_EQ(next(waiting).type, CONTROL_HELLO);
    CHECK_EQ(next(waiting).type, CONTROL_ENDED);
    check_closed(waiting);
}

TEST(ANYBODY, nobody_waiting_to_be_accepted_blocks_nothing)
{
    listen_here();
    struct pollfd set[1 + CONTROL_MAX_CONNECTIONS];
    size_t count = control_poll_set(&control, set);
    set[0].revents = POLLIN; /* as if whoever connected were gone again */
    control_ready(&control, set, count, handle, &control);
    int peer = greeted();
    check_silent(peer);
}

TEST(ROOT, another_user_is_not_listened_to)
{
    listen_here();
    CHECK(chmod("..", 0711) == 0 && chmod(".", 0711) == 0 && chmod("control", 0666) == 0);
    int told[2];
    CHECK(pipe(told) == 0);
    pid_t stranger = fork();
    if (stranger == 0) {
        CHECK(setuid(65534) == 0);
        int fd = connect_here();
        CHECK_EQ(write(told[1], "c", 1), 1);
        char byte;
        _exit(recv(fd, &byte, 1, 0) <= 0 ? 0 : 1);
    }
    char byte;
    CHECK_EQ(read(told[0], &byte, 1), 1);
    serve();
    CHECK_EQ(await_child(stranger), 0);
}
