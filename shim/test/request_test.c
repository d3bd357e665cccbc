#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "encode.h"
#include "request.h"

static struct request request;

/* From memory that is exactly as long, so that the sanitizer sees a read beyond it. */
static bool parse(const struct encoded *bytes, size_t length)
{
    static char *exact;
    free(exact);
    exact = malloc(length == 0 ? 1 : length);
    memcpy(exact, bytes->data, length);
    errno = 0;
    return request_parse(exact, length, &request);
}

static bool parses(struct encoded *bytes)
{
    encode_end(bytes);
    return parse(bytes, bytes->length);
}

static void check_refused(struct encoded *bytes)
{
    CHECK(!parses(bytes));
    CHECK_EQ(errno, EPROTO);
}

TEST(ANYBODY, every_field_of_a_request_arrives)
{
    struct encoded bytes = encode_begin();
    encode_string(&bytes, FIELD_DIRECTORY, "/state/jobs/1");
    encode_string(&bytes, FIELD_HOSTNAME, "host");
    encode_string(&bytes, FIELD_ARGUMENT, "cmd");
    encode_string(&bytes, FIELD_ARGUMENT, "");
    encode_string(&bytes, FIELD_VARIABLE, "A=1");
    encode_string(&bytes, FIELD_VARIABLE, "B=");
    encode_string(&bytes, FIELD_WORKDIR, "/work");
    encode_string(&bytes, FIELD_UNIFIED, "/cg");
    encode_string(&bytes, FIELD_TASKS, "/cpu/tasks");
    encode_string(&bytes, FIELD_TASKS, "/pids/tasks");
    encode_string(&bytes, FIELD_OOM, "/memory.events");
    encode_number(&bytes, FIELD_TIMEOUT, 5);
    encode_number(&bytes, FIELD_OUTPUT_MAX, 0);
    encode_number(&bytes, FIELD_PROFILE, PROFILE_ROOT);
    encode_number(&bytes, FIELD_MERGED, 1);
    encode_number(&bytes, FIELD_STDIN, 1);
    encode_number(&bytes, FIELD_WAIT_TREE, 1);
    encode_number(&bytes, FIELD_NICE, (uint64_t)-20);
    encode_string(&bytes, FIELD_OOM_NOTICE, "/memory/notice");
    encode_string(&bytes, FIELD_IO, "/blkio");
    CHECK(parses(&bytes));
    CHECK_TEXT(request.directory, "/state/jobs/1");
    CHECK_TEXT(request.hostname, "host");
    CHECK_EQ(request.argc, 2);
    CHECK_TEXT(request.argv[0], "cmd");
    CHECK_TEXT(request.argv[1], "");
    CHECK(request.argv[2] == NULL);
    CHECK_EQ(request.envc, 2);
    CHECK_TEXT(request.envp[0], "A=1");
    CHECK_TEXT(request.envp[1], "B=");
    CHECK(request.envp[2] == NULL);
    CHECK_TEXT(request.workdir, "/work");
    CHECK_TEXT(request.unified, "/cg");
    CHECK_EQ(request.tasks_count, 2);
    CHECK_TEXT(request.tasks[1], "/pids/tasks");
    CHECK_TEXT(request.oom, "/memory.events");
    CHECK_EQ(request.timeout_ns, 5);
    CHECK_EQ(request.output_max, 0);
    CHECK_EQ(request.merged, 1);
    CHECK_EQ(request.open_stdin, 1);
    CHECK_EQ(request.wait_tree, 1);
    CHECK(request.niced);
    CHECK_EQ(request.nice, -20);
    CHECK_TEXT(request.oom_notice, "/memory/notice");
    CHECK_TEXT(request.io, "/blkio");
}

TEST(ANYBODY, what_a_request_does_not_bound_is_unbounded)
{
    struct encoded bytes = encode_minimal();
    CHECK(parses(&bytes));
    CHECK_EQ(request.timeout_ns, 0);
    CHECK(request.output_max == UINT64_MAX);
    CHECK(request.oom == NULL);
    CHECK_EQ(request.merged, 0);
    CHECK_EQ(request.open_stdin, 0);
    CHECK_EQ(request.wait_tree, 0);
    CHECK(!request.niced);
    CHECK(request.oom_notice == NULL);
    CHECK(request.io == NULL);
    CHECK_EQ(request.envc, 0);
}

TEST(ANYBODY, a_request_cut_at_any_byte_is_refused)
{
    struct encoded bytes = encode_minimal();
    CHECK(parses(&bytes));
    for (size_t length = 0; length < bytes.length; length++) {
        CHECK(!parse(&bytes, length));
        CHECK_EQ(errno, EPROTO);
        /* Also with a header that tells the cut length. */
        if (length >= sizeof(struct request_header)) {
            struct encoded cut = bytes;
            cut.length = length;
            check_refused(&cut);
        }
    }
}

TEST(ANYBODY, a_header_that_lies_is_refused)
{
    for (int i = 0; i < 3; i++) {
        for (int64_t lie = -1; lie <= 1; lie += 2) {
            struct encoded bytes = encode_minimal();
            encode_end(&bytes);
            uint32_t word;
            memcpy(&word, bytes.data + i * 4, sizeof word);
            word = (uint32_t)(word + lie);
            memcpy(bytes.data + i * 4, &word, sizeof word);
            CHECK(!parse(&bytes, bytes.length));
            CHECK_EQ(errno, EPROTO);
        }
    }
}

TEST(ANYBODY, a_field_longer_than_the_request_is_refused)
{
    const uint32_t lengths[] = {2, 3, 4096, 0x7fffffff, 0x80000000, 0xffffffff};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct encoded bytes = encode_minimal();
        encode_field(&bytes, FIELD_ARGUMENT, lengths[i], "", 1);
        check_refused(&bytes);
    }
}

TEST(ANYBODY, an_unknown_field_is_refused)
{
    const uint32_t tags[] = {0, FIELD_PROFILE + 1, 0x80000000, 0xffffffff};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        struct encoded bytes = encode_minimal();
        encode_string(&bytes, tags[i], "x");
        check_refused(&bytes);
    }
}

TEST(ANYBODY, an_unknown_profile_is_refused)
{
    struct encoded bytes = encode_minimal();
    encode_number(&bytes, FIELD_PROFILE, PROFILE_ROOT + 1);
    check_refused(&bytes);
}

TEST(ANYBODY, a_request_without_a_required_field_is_refused)
{
    const uint32_t required[] = {FIELD_DIRECTORY, FIELD_HOSTNAME, FIELD_ARGUMENT, FIELD_WORKDIR, FIELD_UNIFIED};
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        struct encoded bytes = encode_begin();
        for (size_t j = 0; j < sizeof required / sizeof required[0]; j++)
            if (i != j)
                encode_string(&bytes, required[j], "/x");
        check_refused(&bytes);
    }
}

TEST(ANYBODY, one_v1_group_is_enough_of_a_cgroup)
{
    struct encoded bytes = encode_begin();
    encode_string(&bytes, FIELD_DIRECTORY, "/x");
    encode_string(&bytes, FIELD_HOSTNAME, "x");
    encode_string(&bytes, FIELD_ARGUMENT, "x");
    encode_string(&bytes, FIELD_WORKDIR, "/");
    encode_string(&bytes, FIELD_TASKS, "/tasks");
    CHECK(parses(&bytes));
    CHECK(request.unified == NULL);
}

TEST(ANYBODY, a_relative_directory_is_refused)
{
    const uint32_t absolute[] = {FIELD_DIRECTORY, FIELD_WORKDIR};
    for (size_t i = 0; i < 2; i++) {
        struct encoded bytes = encode_begin();
        encode_string(&bytes, FIELD_DIRECTORY, absolute[i] == FIELD_DIRECTORY ? "x" : "/x");
        encode_string(&bytes, FIELD_WORKDIR, absolute[i] == FIELD_WORKDIR ? "x" : "/x");
        encode_string(&bytes, FIELD_HOSTNAME, "x");
        encode_string(&bytes, FIELD_ARGUMENT, "x");
        encode_string(&bytes, FIELD_UNIFIED, "/x");
        check_refused(&bytes);
    }
}

TEST(ANYBODY, a_single_field_given_twice_is_refused)
{
    const uint32_t strings[] = {FIELD_DIRECTORY, FIELD_HOSTNAME, FIELD_WORKDIR, FIELD_UNIFIED, FIELD_OOM};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        struct encoded bytes = encode_minimal();
        encode_string(&bytes, strings[i], "/x");
        encode_string(&bytes, strings[i], "/x");
        check_refused(&bytes);
    }
    const uint32_t numbers[] = {FIELD_TIMEOUT, FIELD_OUTPUT_MAX, FIELD_PROFILE};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct encoded bytes = encode_minimal();
        encode_number(&bytes, numbers[i], 0);
        encode_number(&bytes, numbers[i], 0);
        check_refused(&bytes);
    }
}

TEST(ANYBODY, a_string_ends_in_its_only_nul)
{
    const struct {
        const char *value;
        size_t length;
    } wrong[] = {{"", 0}, {"a", 1}, {"a\0b", 4}, {"\0", 2}, {"a\0", 3}};
    const uint32_t tags[] = {FIELD_DIRECTORY, FIELD_HOSTNAME, FIELD_ARGUMENT, FIELD_VARIABLE,
                             FIELD_WORKDIR,   FIELD_UNIFIED,  FIELD_TASKS,    FIELD_OOM};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        for (size_t j = 0; j < sizeof wrong / sizeof wrong[0]; j++) {
            struct encoded bytes = encode_begin();
            encode_field(&bytes, tags[i], (uint32_t)wrong[j].length, wrong[j].value, wrong[j].length);
            struct encoded rest = encode_minimal();
            encode_raw(&bytes, rest.data + sizeof(struct request_header), rest.length - sizeof(struct request_header));
            check_refused(&bytes);
        }
    }
}

TEST(ANYBODY, a_number_of_another_size_is_refused)
{
    for (uint32_t length = 0; length <= 16; length++) {
        struct encoded bytes = encode_minimal();
        encode_field(&bytes, FIELD_TIMEOUT, length, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", length);
        CHECK_EQ(parses(&bytes), length == 8);
    }
}

TEST(ANYBODY, strings_are_taken_up_to_their_bound_and_no_further)
{
    const struct {
        uint32_t tag;
        int max;
    } bounds[] = {{FIELD_ARGUMENT, REQUEST_MAX_STRINGS - 1}, /* one is in the minimal request */
                  {FIELD_VARIABLE, REQUEST_MAX_STRINGS},
                  {FIELD_TASKS, REQUEST_MAX_CGROUPS}};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        struct encoded bytes = encode_minimal();
        for (int n = 0; n < bounds[i].max; n++)
            encode_string(&bytes, bounds[i].tag, "x");
        CHECK(parses(&bytes));
        CHECK(request.argv[request.argc] == NULL);
        CHECK(request.envp[request.envc] == NULL);
        encode_string(&bytes, bounds[i].tag, "x");
        check_refused(&bytes);
    }
}

/* Deterministic, so that what it finds is found again. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void mutate(struct encoded *bytes, uint64_t *state)
{
    const unsigned char edges[] = {0, 1, 7, 8, 0x7f, 0x80, 0xff};
    for (uint64_t n = 1 + next_random(state) % 4; n > 0; n--) {
        uint64_t random = next_random(state);
        size_t at = (size_t)(random >> 32) % bytes->length;
        if (random % 3 == 0)
            bytes->data[at] = (char)edges[random / 3 % sizeof edges];
        else if (random % 3 == 1)
            bytes->data[at] = (char)(bytes->data[at] ^ 1 << random / 3 % 8);
        else
            bytes->length = at + 1;
    }
}

static void check_all_within(const char *from, size_t length)
{
    for (size_t i = 0; i < request.argc; i++)
        CHECK(request.argv[i] >= from && request.argv[i] + strlen(request.argv[i]) < from + length);
    for (size_t i = 0; i < request.envc; i++)
        CHECK(request.envp[i] >= from && request.envp[i] + strlen(request.envp[i]) < from + length);
    CHECK(request.argv[request.argc] == NULL && request.envp[request.envc] == NULL);
    CHECK(request.directory[0] == '/' && request.workdir[0] == '/');
}

TEST(ANYBODY, a_hundred_thousand_damaged_requests_do_no_harm)
{
    struct encoded whole = encode_minimal();
    encode_string(&whole, FIELD_VARIABLE, "A=1");
    encode_string(&whole, FIELD_TASKS, "/t");
    encode_number(&whole, FIELD_TIMEOUT, 1);
    encode_end(&whole);
    uint64_t state = 0x9e3779b97f4a7c15;
    int accepted = 0;
    for (int i = 0; i < 100000; i++) {
        static char copy[ENCODED_MAX_BYTES];
        struct encoded bytes = {.data = copy, .length = whole.length};
        memcpy(copy, whole.data, whole.length);
        mutate(&bytes, &state);
        if (i % 2 == 0)
            encode_end(&bytes); /* half of them with a header that is right, to get behind it */
        char *exact = malloc(bytes.length);
        memcpy(exact, bytes.data, bytes.length);
        if (request_parse(exact, bytes.length, &request)) {
            check_all_within(exact, bytes.length);
            accepted++;
        }
        free(exact);
    }
    CHECK(accepted > 1000); /* mutations inside of strings are no harm */
    CHECK(accepted < 90000);
}

TEST(ANYBODY, a_nice_value_that_the_kernel_does_not_have_is_refused)
{
    static const int64_t wrong[] = {-21, 20, INT64_MIN, INT64_MAX, (int64_t)1 << 32};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct encoded bytes = encode_minimal();
        encode_number(&bytes, FIELD_NICE, (uint64_t)wrong[i]);
        check_refused(&bytes);
    }
}
