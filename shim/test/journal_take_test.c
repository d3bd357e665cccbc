/* What a journal takes from a job's pipes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "journal.h"
#include "reader.h"

static struct journal journal;

/* A pipe's end to read from, with so many bytes before its end. */
static int full_pipe(int size, size_t length)
{
    int ends[2];
    CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    CHECK(fcntl(ends[1], F_SETPIPE_SZ, size) >= size);
    for (size_t i = 0; i < length; i++) {
        char byte = (char)(i % 251);
        CHECK(write(ends[1], &byte, 1) == 1);
    }
    close(ends[1]);
    return ends[0];
}

TEST(ANYBODY, what_a_pipe_holds_is_taken_in_chunks_up_to_its_end)
{
    enum { LENGTH = JOURNAL_TAKE_MAX + 70000 };
    CHECK(journal_open(&journal, UINT64_MAX));
    int pipe = full_pipe(1 << 20, LENGTH);
    CHECK_EQ(journal_take(&journal, INDEX_STDERR, pipe, JOURNAL_TAKE_MAX), JOURNAL_TAKE_MAX);
    CHECK_EQ(journal_take(&journal, INDEX_STDERR, pipe, 69999), 69999);
    CHECK_EQ(journal_take(&journal, INDEX_STDERR, pipe, 1000), 1);
    CHECK_EQ(journal_take(&journal, INDEX_STDERR, pipe, JOURNAL_TAKE_MAX), 0);
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 3);
    check_record(0, JOURNAL_TAKE_MAX, INDEX_STDERR);
    check_record(1, LENGTH - 1, INDEX_STDERR);
    check_record(2, LENGTH, INDEX_STDERR);
    static char text[LENGTH + 1];
    CHECK_EQ(read_text("output", text, sizeof text), LENGTH);
    for (size_t i = 0; i < LENGTH; i++)
        CHECK_EQ((unsigned char)text[i], i % 251);
}

/* O_DIRECT makes a pipe of packets: a read gives no more than one write. */
static void packet_pipe(int ends[2], int packets)
{
    CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC | O_DIRECT) == 0);
    CHECK(fcntl(ends[1], F_SETPIPE_SZ, packets * getpagesize()) >= packets * getpagesize());
}

TEST(ANYBODY, what_was_written_in_packets_is_one_chunk_with_the_time_at_which_it_was_taken)
{
    enum { PACKETS = JOURNAL_TAKE_READS + 44 };
    int ends[2];
    CHECK(journal_open(&journal, UINT64_MAX));
    packet_pipe(ends, PACKETS);
    for (int i = 0; i < PACKETS; i++)
        CHECK(write(ends[1], "x", 1) == 1);
    journal_append(&journal, INDEX_STDERR, "before", 6);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), JOURNAL_TAKE_READS);
    journal_append(&journal, INDEX_STDERR, "between", 7);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], 40), 1); /* there may be no room for the next */
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), 43);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK(write(ends[1], "last", 4) == 4);
    close(ends[1]);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), 4);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), 0);
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 6); /* whose times never fall */
    check_record(1, 6 + JOURNAL_TAKE_READS, INDEX_STDOUT);
    check_record(3, 13 + JOURNAL_TAKE_READS + 1, INDEX_STDOUT);
    check_record(4, 13 + PACKETS, INDEX_STDOUT);
    check_record(5, 13 + PACKETS + 4, INDEX_STDOUT);
}

/* What of a packet has no room in the buffer of a read is lost. */
TEST(ANYBODY, no_byte_of_packets_of_any_length_is_lost)
{
    enum { PACKETS = 100, LONGEST = 4000 };
    static char packet[LONGEST], output[PACKETS * LONGEST + 1];
    int ends[2];
    CHECK(journal_open(&journal, UINT64_MAX));
    packet_pipe(ends, PACKETS);
    size_t wrote = 0;
    for (int i = 0; i < PACKETS; i++) {
        size_t length = (size_t)(LONGEST - 7 * i);
        memset(packet, 'a' + i % 26, length);
        CHECK(write(ends[1], packet, length) == (ssize_t)length);
        memcpy(output + wrote, packet, length);
        wrote += length;
    }
    while (journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX) > 0)
        ;
    CHECK(journal_finish(&journal));
    CHECK_EQ(journal.end, wrote);
    check_output(output);
    close(ends[0]);
    close(ends[1]);
}

TEST(ANYBODY, a_pipe_that_is_empty_is_told_from_one_that_has_ended)
{
    int ends[2];
    CHECK(journal_open(&journal, UINT64_MAX));
    CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), -1);
    CHECK_EQ(errno, EAGAIN);
    close(ends[1]);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), 0);
    CHECK_EQ(read_index(), 0);
}

TEST(ANYBODY, a_chunk_that_meets_the_bound_is_cut_and_the_rest_of_the_pipe_stated)
{
    enum { LENGTH = 200000, BOUND = 100000 };
    CHECK(journal_open(&journal, BOUND));
    int pipe = full_pipe(1 << 20, LENGTH);
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, pipe, JOURNAL_TAKE_MAX), LENGTH);
    CHECK(journal_finish(&journal));
    CHECK_EQ(size_of("output"), BOUND);
    CHECK_EQ(read_index(), 2);
    check_record(0, BOUND, INDEX_STDOUT);
    check_record(1, BOUND, gap(INDEX_STDOUT, LENGTH - BOUND));
}
