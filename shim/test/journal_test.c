#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "check.h"
#include "journal.h"
#include "reader.h"

static struct journal journal;

static void put(enum index_kind stream, const char *text)
{
    journal_append(&journal, stream, text, strlen(text));
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
