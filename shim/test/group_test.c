#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "group.h"
#include "groups.h"
#include "oom.h"

static pid_t sleeper_in(const char *group)
{
    char file[PATH_MAX], text[16];
    pid_t child = fork();
    if (child == 0) {
        for (;;)
            pause();
    }
    snprintf(file, sizeof file, "%s/cgroup.procs", group);
    snprintf(text, sizeof text, "%d", (int)child);
    write_text(file, text);
    CHECK(group_has(group, child));
    return child;
}

static const char *group(void)
{
    const char *path = group_unified();
    if (path == NULL)
        skip("no cgroup2 tree to write to");
    return path;
}

TEST(ROOT, killing_a_group_kills_all_that_is_in_it)
{
    pid_t first = sleeper_in(group()), second = sleeper_in(group());
    group_kill(group());
    CHECK_EQ(WTERMSIG(await_child(first)), SIGKILL);
    CHECK_EQ(WTERMSIG(await_child(second)), SIGKILL);
    CHECK(group_empty(group()));
}

TEST(ROOT, a_group_that_is_not_empty_is_emptied_and_waited_for)
{
    pid_t child = sleeper_in(group());
    CHECK(group_empty(group()));
    CHECK(!group_has(group(), child));
    CHECK_EQ(WTERMSIG(await_child(child)), SIGKILL);
}

TEST(ROOT, an_empty_group_is_empty)
{
    CHECK(group_empty(group()));
}

TEST(ANYBODY, a_group_that_is_not_there_is_empty)
{
    CHECK(group_empty(NULL));
    CHECK(group_empty("/nonexistent"));
    group_kill(NULL);
    group_kill("/nonexistent");
    static char overlong[2 * PATH_MAX];
    memset(overlong, 'x', sizeof overlong - 1);
    CHECK(group_empty(overlong));
}

static uint64_t kills(const char *text)
{
    write_text("events", text);
    return oom_kills("events");
}

TEST(ANYBODY, oom_kills_are_read_in_the_formats_of_both_cgroup_versions)
{
    CHECK_EQ(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"), 3);
    CHECK_EQ(kills("low 0\nhigh 0\nmax 9\noom 7\noom_kill 4\noom_group_kill 1\n"), 4);
    CHECK_EQ(kills("oom_kill 18446744073709551615\n"), UINT64_MAX);
}

TEST(ANYBODY, no_count_of_oom_kills_is_none)
{
    CHECK_EQ(kills(""), 0);
    CHECK_EQ(kills("oom_kill_disable 1\nunder_oom 1\n"), 0);
    CHECK_EQ(kills("oom_kill"), 0);
    CHECK_EQ(kills("x oom_kill 5\n"), 0);
    CHECK_EQ(kills("\n\n\n"), 0);
    CHECK_EQ(oom_kills("/nonexistent"), 0);
}
