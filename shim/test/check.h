/*
 * The whole test framework. A TEST registers itself, and runs in a process of its own, in an empty directory of its
 * own, within TEST_SECONDS, or JOBD_TEST_PATIENCE times that; what it leaves there, in its process group or in its
 * cgroups is removed after it.
 */
#ifndef JOBD_CHECK_H
#define JOBD_CHECK_H

#include <stdint.h>

enum {
    TEST_SECONDS = 30,
    TESTS_AT_ONCE = 4,
};

enum test_kind {
    ANYBODY,     /* needs no privilege */
    ROOT,        /* needs root */
    EACH_SHIM,   /* needs root; runs once with the sanitized shim and once with the one that is shipped */
    STATIC_SHIM, /* needs root; runs with the one that is shipped */
};

struct test {
    const char *name; /* the behaviour it shows */
    void (*run)(void);
    enum test_kind kind;
    struct test *next;
};

void test_register(struct test *test);

#define TEST(kind, name)                                                        \
    static void name(void);                                                     \
    __attribute__((constructor)) static void register_##name(void)              \
    {                                                                           \
        static struct test test = {#name, name, kind, NULL};                    \
        test_register(&test);                                                   \
    }                                                                           \
    static void name(void)

/* Where a check does not hold the test ends. They may be used in children of the test as well. */
#define CHECK(condition) check_true(__FILE__, __LINE__, #condition, (condition) ? 1 : 0)
#define CHECK_EQ(actual, expected) \
    check_equal(__FILE__, __LINE__, #actual, (intmax_t)(actual), (intmax_t)(expected))
#define CHECK_TEXT(actual, expected) check_text(__FILE__, __LINE__, #actual, (actual), (expected))

void check_true(const char *file, int line, const char *what, int holds);
void check_equal(const char *file, int line, const char *what, intmax_t actual, intmax_t expected);
void check_text(const char *file, int line, const char *what, const char *actual, const char *expected);

/* Ends the test as one that could not be run, which is said at the end. */
_Noreturn void skip(const char *reason);

/* How many times its time a test gets: JOBD_TEST_PATIENCE, more than one on an emulated processor. */
unsigned patience(void);

/* A name that no other test, of this or another run, uses. */
const char *test_name(void);

/* Where the test began, absolute. */
const char *test_directory(void);

/* The shim to run, absolute; for EACH_SHIM and STATIC_SHIM. */
const char *shim_path(void);

/* Files of the test's directory; each fails the test where it fails. */
void write_text(const char *path, const char *text);
void write_bytes(const char *path, const void *bytes, uint64_t length);
/* Reads at most size - 1 bytes and ends them with a NUL; returns how many. */
uint64_t read_text(const char *path, char *text, uint64_t size);

/* Moves the test to an empty tmpfs of so many bytes, which goes with the test: it is mounted in a mount namespace
 * of the test's own. */
void enter_small_disk(unsigned bytes);

/* By a clock that nobody sets. */
uint64_t now_ns(void);

/* Waits for a child; its status. */
int await_child(int pid);

#endif
