/* How a request comes through its pipe. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "encode.h"
#include "request.h"

static struct request request;

/* Gives request_read, through a pipe, so many bytes of a request that is right up to the bound. */
static bool read_of_length(size_t length)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t writer = fork();
    if (writer == 0) {
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        struct encoded bytes = encode_minimal();
        char *filler = calloc(1, length);
        memset(filler, 'x', length);
        size_t field = length - bytes.length - sizeof(struct field_header);
        encode_field(&bytes, FIELD_ARGUMENT, (uint32_t)field, "", 0);
        uint32_t total = (uint32_t)length;
        memcpy(bytes.data + 8, &total, sizeof total);
        filler[field - 1] = '\0';
        if (write(ends[1], bytes.data, bytes.length) > 0)
            for (size_t sent = 0; sent < field;) {
                ssize_t wrote = write(ends[1], filler + sent, field - sent < 5000 ? field - sent : 5000);
                if (wrote < 0)
                    break;
                sent += (size_t)wrote;
            }
        _exit(0);
    }
    close(ends[1]);
    bool taken = request_read(ends[0], &request);
    int error = errno;
    close(ends[0]);
    await_child(writer);
    errno = error;
    return taken;
}

TEST(ANYBODY, a_request_is_read_whole_up_to_its_bound_and_refused_beyond)
{
    CHECK(read_of_length(4096));
    CHECK(read_of_length(REQUEST_MAX_BYTES));
    CHECK_EQ(request.argc, 2);
    CHECK(!read_of_length(REQUEST_MAX_BYTES + 1));
    CHECK_EQ(errno, E2BIG);
}

TEST(ANYBODY, an_endless_request_is_refused_without_reading_it_all)
{
    CHECK(!read_of_length(8 * (size_t)REQUEST_MAX_BYTES));
    CHECK_EQ(errno, E2BIG);
}

TEST(ANYBODY, nothing_at_all_is_no_request)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    close(ends[1]);
    CHECK(!request_read(ends[0], &request));
    CHECK_EQ(errno, EPROTO);
    CHECK(!request_read(-1, &request));
    CHECK_EQ(errno, EBADF);
}
