#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "journal.h"

enum { RECORDS_MAX = 4096 };

static struct journal journal;
static struct index_record records[RECORDS_MAX];

static void put(enum index_kind stream, const char *text)
{
    journal_append(&journal, stream, text, strlen(text));
}

static off_t size_of(const char *path)
{
    struct stat info;
    CHECK(stat(path, &info) == 0);
    return info.st_size;
}

/* Reads the index as a reader does; returns how many whole records it has. */
static size_t read_index(void)
{
    static char bytes[(RECORDS_MAX + 1) * sizeof(struct index_record)];
    uint64_t length = read_text("index", bytes, sizeof bytes);
    struct index_header header;
    CHECK(length >= sizeof header);
    memcpy(&header, bytes, sizeof header);
    CHECK_TEXT(header.magic, INDEX_MAGIC);
    CHECK_EQ(header.version, INDEX_VERSION);
    size_t count = (length - sizeof header) / sizeof(struct index_record);
    memcpy(records, bytes + sizeof header, count * sizeof records[0]);
    for (size_t i = 1; i < count; i++) {
        CHECK(records[i].end >= records[i - 1].end);
        CHECK(records[i].time >= records[i - 1].time);
    }
    return count;
}

static void check_output(const char *expected)
{
    static char text[1 << 20];
    read_text("output", text, sizeof text);
    CHECK_TEXT(text, expected);
}

static void check_record(size_t i, uint64_t end, uint64_t tag)
{
    CHECK_EQ(records[i].end, end);
    CHECK_EQ(records[i].tag, tag);
}

static uint64_t gap(uint64_t kind, uint64_t bytes)
{
    return bytes << 8 | INDEX_GAP | kind;
}

/* Everything that went in is kept or stated as dropped, in place. */
static void check_all_accounted(uint64_t length)
{
    size_t count = read_index();
    uint64_t stated = 0;
    for (size_t i = 0; i < count; i++)
        if (records[i].tag & INDEX_GAP)
            stated += records[i].tag >> 8;
    CHECK_EQ(stated, journal.dropped);
    CHECK_EQ(journal.end + journal.dropped, length);
    CHECK_EQ(count == 0 ? 0 : records[count - 1].end, journal.end);
}

TEST(ANYBODY, chunks_stand_in_the_order_they_came_each_with_its_stream)
{
    CHECK(journal_open(&journal, UINT64_MAX));
    put(INDEX_STDOUT, "one ");
    put(INDEX_STDERR, "two ");
    put(INDEX_STDOUT, "three");
    CHECK(journal_finish(&journal));
    check_output("one two three");
    CHECK_EQ(read_index(), 3);
    check_record(0, 4, INDEX_STDOUT);
    check_record(1, 8, INDEX_STDERR);
    check_record(2, 13, INDEX_STDOUT);
    CHECK(records[0].time > 1500000000ull * 1000000000);
    CHECK_EQ(journal.dropped, 0);
}

TEST(ANYBODY, a_journal_that_is_there_is_not_touched)
{
    write_text("output", "kept");
    CHECK(!journal_open(&journal, UINT64_MAX));
    CHECK_EQ(errno, EEXIST);
    check_output("kept");
}

TEST(ANYBODY, a_symbolic_link_is_not_followed)
{
    write_text("target", "kept");
    CHECK(symlink("target", "output") == 0);
    CHECK(!journal_open(&journal, UINT64_MAX));
    CHECK_EQ(size_of("target"), 4);
}

TEST(ANYBODY, an_empty_journal_has_a_header_alone)
{
    CHECK(journal_open(&journal, UINT64_MAX));
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 0);
    check_output("");
}

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
TEST(ANYBODY, what_was_written_in_packets_is_one_chunk_with_the_time_at_which_it_was_taken)
{
    enum { PACKETS = JOURNAL_TAKE_READS + 44 };
    int ends[2];
    CHECK(journal_open(&journal, UINT64_MAX));
    CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC | O_DIRECT) == 0);
    CHECK(fcntl(ends[1], F_SETPIPE_SZ, PACKETS * getpagesize()) >= PACKETS * getpagesize());
    for (int i = 0; i < PACKETS; i++)
        CHECK(write(ends[1], "x", 1) == 1);
    put(INDEX_STDERR, "before");
    CHECK_EQ(journal_take(&journal, INDEX_STDOUT, ends[0], JOURNAL_TAKE_MAX), JOURNAL_TAKE_READS);
    put(INDEX_STDERR, "between");
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
    CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC | O_DIRECT) == 0);
    CHECK(fcntl(ends[1], F_SETPIPE_SZ, PACKETS * getpagesize()) >= PACKETS * getpagesize());
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

TEST(ANYBODY, the_bound_keeps_exactly_so_many_bytes_and_states_the_rest_per_stream)
{
    CHECK(journal_open(&journal, 10));
    put(INDEX_STDOUT, "12345678");
    put(INDEX_STDOUT, "9abcd");
    put(INDEX_STDERR, "never");
    put(INDEX_STDOUT, "nor this");
    CHECK(journal_finish(&journal));
    check_output("123456789a");
    CHECK_EQ(read_index(), 4);
    check_record(0, 8, INDEX_STDOUT);
    check_record(1, 10, INDEX_STDOUT);
    check_record(2, 10, gap(INDEX_STDOUT, 3 + 8));
    check_record(3, 10, gap(INDEX_STDERR, 5));
    CHECK_EQ(journal.dropped, 16);
}

TEST(ANYBODY, output_as_long_as_the_bound_loses_nothing)
{
    CHECK(journal_open(&journal, 4));
    put(INDEX_STDERR, "1234");
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 1);
    CHECK_EQ(journal.dropped, 0);
}

TEST(ANYBODY, a_bound_of_nothing_keeps_nothing)
{
    CHECK(journal_open(&journal, 0));
    put(INDEX_STDERR, "1234");
    CHECK(journal_finish(&journal));
    check_output("");
    CHECK_EQ(read_index(), 1);
    check_record(0, 0, gap(INDEX_STDERR, 4));
}

TEST(ANYBODY, a_flood_beyond_the_bound_costs_no_disk)
{
    CHECK(journal_open(&journal, 1));
    for (int i = 0; i < 10000; i++)
        put(i % 2 ? INDEX_STDOUT : INDEX_STDERR, "flood");
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 3);
    check_all_accounted(50000);
}

TEST(ANYBODY, time_never_falls_when_the_clock_is_set_back)
{
    CHECK(journal_open(&journal, UINT64_MAX));
    put(INDEX_STDOUT, "a");
    journal.time += 3600ull * 1000000000; /* as if the clock had been an hour ahead */
    uint64_t ahead = journal.time;
    put(INDEX_STDOUT, "b");
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 2);
    CHECK_EQ(records[1].time, ahead);
}

TEST(ROOT, a_full_disk_drops_and_counts_and_the_gap_stands_where_it_was)
{
    static char chunk[8192];
    memset(chunk, 'x', sizeof chunk);
    enter_small_disk(16 * 4096);
    CHECK(journal_open(&journal, UINT64_MAX));
    put(INDEX_STDERR, "start");
    int fd = open("ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    while (write(fd, chunk, 4096) == 4096)
        ;
    close(fd);

    /* What is left of output's page fits, the rest does not. */
    journal_append(&journal, INDEX_STDOUT, chunk, sizeof chunk);
    CHECK_EQ(journal.end, 4096);
    CHECK_EQ(journal.dropped, 5 + sizeof chunk - 4096);
    journal_append(&journal, INDEX_STDOUT, chunk, 100);
    journal_append(&journal, INDEX_STDERR, chunk, 10);

    CHECK(unlink("ballast") == 0);
    put(INDEX_STDERR, "again");
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 6);
    check_record(0, 5, INDEX_STDERR);
    check_record(1, 4096, INDEX_STDOUT);
    check_record(2, 4096, gap(INDEX_STDOUT, 5 + sizeof chunk - 4096)); /* the index still had room */
    check_record(3, 4096, gap(INDEX_STDOUT, 100));
    check_record(4, 4096, gap(INDEX_STDERR, 10));
    check_record(5, 4101, INDEX_STDERR);
    check_all_accounted(5 + sizeof chunk + 100 + 10 + 5);
    CHECK_EQ(size_of("output"), 4101);
}

TEST(ROOT, a_disk_that_stays_full_is_told_at_the_end)
{
    enter_small_disk(4 * 4096);
    CHECK(journal_open(&journal, UINT64_MAX));
    char byte = 'x';
    int i = 0; /* until the page of the index, and every other, is full */
    for (; journal.dropped == 0; i++)
        journal_append(&journal, i % 2 ? INDEX_STDOUT : INDEX_STDERR, &byte, 1);
    CHECK(!journal_finish(&journal));
    CHECK_EQ(errno, ENOSPC);
    read_index();
    CHECK_EQ(size_of("output"), journal.end);
    CHECK_EQ(size_of("index"), journal.index_end);
}

TEST(ROOT, a_disk_without_a_byte_is_no_journal)
{
    enter_small_disk(4096);
    write_bytes("ballast", (char[4096]){0}, 4096);
    CHECK(!journal_open(&journal, UINT64_MAX));
    CHECK_EQ(errno, ENOSPC);
}

static void bound_files(rlim_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

TEST(ROOT, a_file_size_limit_drops_and_heals_like_a_full_disk)
{
    signal(SIGXFSZ, SIG_IGN);
    CHECK(journal_open(&journal, UINT64_MAX));
    bound_files(100);
    static char chunk[160];
    memset(chunk, 'y', sizeof chunk);
    journal_append(&journal, INDEX_STDOUT, chunk, sizeof chunk);
    CHECK_EQ(journal.end, 100);
    CHECK_EQ(journal.dropped, 60);
    bound_files(RLIM_INFINITY);
    put(INDEX_STDOUT, "on");
    CHECK(journal_finish(&journal));
    CHECK_EQ(read_index(), 3);
    check_record(1, 100, gap(INDEX_STDOUT, 60));
    check_all_accounted(sizeof chunk + 2);
}

TEST(ROOT, output_that_the_index_could_not_cover_is_overwritten_and_stated)
{
    signal(SIGXFSZ, SIG_IGN);
    CHECK(journal_open(&journal, UINT64_MAX));
    put(INDEX_STDOUT, "a");
    bound_files(2 * sizeof(struct index_record) + 10); /* output fits, and 10 bytes of its record */
    put(INDEX_STDERR, "lost");
    CHECK_EQ(journal.end, 1);
    CHECK_EQ(size_of("output"), 5);
    CHECK_EQ(size_of("index"), 2 * sizeof(struct index_record) + 10);
    CHECK_EQ(read_index(), 1); /* a reader sees nothing torn */
    bound_files(RLIM_INFINITY);
    put(INDEX_STDOUT, "b");
    CHECK(journal_finish(&journal));
    check_output("ab");
    CHECK_EQ(read_index(), 3);
    check_record(1, 1, gap(INDEX_STDERR, 4));
    check_record(2, 2, INDEX_STDOUT);
}

TEST(ROOT, what_the_index_does_not_cover_is_cut_off_at_the_end)
{
    signal(SIGXFSZ, SIG_IGN);
    CHECK(journal_open(&journal, UINT64_MAX));
    put(INDEX_STDOUT, "a");
    bound_files(2 * sizeof(struct index_record) + 10);
    put(INDEX_STDERR, "lost");
    CHECK(!journal_finish(&journal)); /* the gap could not be stated */
    check_output("a");
    CHECK_EQ(size_of("index"), 2 * sizeof(struct index_record));
    CHECK_EQ(journal.dropped, 4);
}
