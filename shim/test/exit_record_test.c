#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "exit_record.h"

static char text[4096];

/* gzip's trailer begins with the CRC-32 of what it packed: an implementation that is not ours. */
static uint32_t crc_by_gzip(const char *bytes, size_t length)
{
    write_bytes("covered", bytes, length);
    FILE *pipe = popen("gzip -c covered | tail -c 8", "r");
    unsigned char trailer[8];
    CHECK(pipe != NULL);
    CHECK_EQ(fread(trailer, 1, sizeof trailer, pipe), sizeof trailer);
    CHECK_EQ(pclose(pipe), 0);
    return (uint32_t)trailer[0] | (uint32_t)trailer[1] << 8 | (uint32_t)trailer[2] << 16 | (uint32_t)trailer[3] << 24;
}

static void check_crc(void)
{
    char *last = strstr(text, "crc32 ");
    CHECK(last != NULL);
    char expected[32];
    snprintf(expected, sizeof expected, "crc32 %08x\n", crc_by_gzip(text, (size_t)(last - text)));
    CHECK_TEXT(last, expected);
}

TEST(ANYBODY, the_record_says_everything_and_ends_in_its_crc)
{
    struct exit_record record = {.failure = {.step = STEP_EXEC, .error = ENOENT},
                                 .pid = 4711,
                                 .started = 1700000000000000001,
                                 .ended = 1700000000000000002,
                                 .status = 7 << 8,
                                 .usage = {.ru_utime = {.tv_sec = 1, .tv_usec = 2}, .ru_stime = {.tv_usec = 3}},
                                 .stop_signal = 15,
                                 .timed_out = true,
                                 .survivors = true,
                                 .journal_failed = true,
                                 .oom_kills = 5,
                                 .output = 6,
                                 .dropped = 8};
    CHECK(exit_record_reserve());
    CHECK(exit_record_draft(&record) && exit_record_publish());
    read_text("exit", text, sizeof text);
    check_crc();
    *strstr(text, "crc32 ") = '\0';
    CHECK_TEXT(text, "jobd-exit 1\nstep exec\nerrno 2\npid 4711\nstarted 1700000000000000001\n"
                     "ended 1700000000000000002\nstatus 1792\nuser_us 1000002\nsystem_us 3\nstop_signal 15\n"
                     "timed_out 1\nsurvivors 1\njournal_failed 1\noom_kills 5\noutput 6\ndropped 8\n");
    CHECK(access("exit.tmp", F_OK) != 0);
}

TEST(ANYBODY, the_longest_record_fits_what_was_reserved)
{
    struct exit_record record = {.failure = {.step = STEP_CGROUP_NS, .error = -2147483647},
                                 .pid = UINT32_MAX,
                                 .started = UINT64_MAX,
                                 .ended = UINT64_MAX,
                                 .status = -2147483647,
                                 .usage = {.ru_utime = {.tv_sec = -1}, .ru_stime = {.tv_sec = -1}},
                                 .stop_signal = -2147483647,
                                 .oom_kills = UINT64_MAX,
                                 .output = UINT64_MAX,
                                 .dropped = UINT64_MAX};
    CHECK(exit_record_reserve());
    struct stat reserved, written;
    CHECK(stat("exit.tmp", &reserved) == 0);
    CHECK(exit_record_draft(&record) && exit_record_publish());
    CHECK(stat("exit", &written) == 0);
    CHECK(written.st_size <= reserved.st_size);
    read_text("exit", text, sizeof text);
    CHECK_EQ(written.st_size, strlen(text));
    check_crc();
}

TEST(ANYBODY, a_draft_is_no_record_and_can_be_written_again)
{
    CHECK(exit_record_reserve());
    CHECK(exit_record_draft(&(struct exit_record){.oom_kills = UINT64_MAX}));
    CHECK(access("exit", F_OK) != 0);
    CHECK(exit_record_draft(&(struct exit_record){.journal_failed = true}) && exit_record_publish());
    read_text("exit", text, sizeof text);
    check_crc();
    CHECK(strstr(text, "journal_failed 1\noom_kills 0\n") != NULL);
}

TEST(ANYBODY, every_step_has_a_name_of_its_own)
{
    for (int a = STEP_NONE; a <= STEP_EXEC; a++) {
        CHECK(strcmp(step_name((enum step)a), "unknown") != 0);
        for (int b = STEP_NONE; b < a; b++)
            CHECK(strcmp(step_name((enum step)a), step_name((enum step)b)) != 0);
    }
    CHECK_TEXT(step_name((enum step)(STEP_EXEC + 1)), "unknown");
}

TEST(ANYBODY, a_reservation_is_taken_once)
{
    CHECK(exit_record_reserve());
    CHECK(!exit_record_reserve());
    CHECK_EQ(errno, EEXIST);
}

TEST(ANYBODY, a_record_that_cannot_be_written_replaces_nothing)
{
    write_text("exit", "before");
    CHECK(!exit_record_draft(&(struct exit_record){0})); /* nothing reserved */
    CHECK(!exit_record_publish());
    read_text("exit", text, sizeof text);
    CHECK_TEXT(text, "before");
}

TEST(ROOT, the_reservation_carries_the_record_on_a_full_disk)
{
    enter_small_disk(3 * 4096);
    CHECK(exit_record_reserve());
    int fd = open("ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    static const char page[4096];
    while (write(fd, page, sizeof page) > 0)
        ;
    CHECK_EQ(errno, ENOSPC);
    close(fd);
    CHECK(exit_record_draft(&(struct exit_record){.status = 0}) && exit_record_publish());
    read_text("exit", text, sizeof text);
    CHECK(strncmp(text, "jobd-exit 1\nstep none\n", 22) == 0);
}

TEST(ROOT, a_disk_that_is_full_refuses_the_reservation)
{
    enter_small_disk(4096);
    write_bytes("ballast", (char[4096]){0}, 4096);
    CHECK(!exit_record_reserve());
    CHECK_EQ(errno, ENOSPC);
}
