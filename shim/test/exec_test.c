#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "exec.h"

/* The exit code of the file that was executed, or minus the errno of what was tried. */
static int run(const char *file, const char *path)
{
    static char variable[PATH_MAX * 2];
    snprintf(variable, sizeof variable, "PATH=%s", path != NULL ? path : "");
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = {(char *)(uintptr_t)file, NULL};
        char *envp[] = {(char *)(uintptr_t) "NOT_PATH=/x", path != NULL ? variable : NULL, NULL};
        _exit(100 + exec_search(file, argv, envp));
    }
    int status = await_child(child);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status) < 100 ? WEXITSTATUS(status) : 100 - WEXITSTATUS(status);
}

static void program(const char *path, const char *text, mode_t mode)
{
    write_text(path, text);
    CHECK(chmod(path, mode) == 0);
}

static void directories(void)
{
    CHECK(mkdir("a", 0700) == 0 && mkdir("b", 0700) == 0 && mkdir("c", 0700) == 0);
}

TEST(ANYBODY, the_first_directory_of_the_path_that_has_the_command_wins)
{
    directories();
    program("b/cmd", "#!/bin/sh\nexit 2\n", 0700);
    program("c/cmd", "#!/bin/sh\nexit 3\n", 0700);
    CHECK_EQ(run("cmd", "a:b:c"), 2);
    CHECK_EQ(run("cmd", "c:b"), 3);
}

TEST(ANYBODY, a_command_nowhere_in_the_path_is_enoent)
{
    directories();
    CHECK_EQ(run("cmd", "a:b:nonexistent"), -ENOENT);
    write_text("file", "");
    CHECK_EQ(run("cmd", "file:a"), -ENOENT);
}

TEST(ANYBODY, a_command_that_may_not_be_executed_is_passed_over_and_remembered)
{
    directories();
    program("a/cmd", "#!/bin/sh\nexit 1\n", 0600);
    CHECK_EQ(run("cmd", "a:b"), -EACCES);
    CHECK_EQ(run("cmd", "b:a:b"), -EACCES);
    program("b/cmd", "#!/bin/sh\nexit 2\n", 0700);
    CHECK_EQ(run("cmd", "a:b"), 2);
}

TEST(ANYBODY, a_file_without_a_known_format_is_not_given_to_a_shell)
{
    directories();
    program("a/cmd", "exit 9\n", 0700);
    program("b/cmd", "#!/bin/sh\nexit 2\n", 0700);
    CHECK_EQ(run("cmd", "a:b"), -ENOEXEC);
    CHECK_EQ(run("a/cmd", "b"), -ENOEXEC);
}

TEST(ANYBODY, a_script_without_its_interpreter_is_enoent)
{
    directories();
    program("a/cmd", "#!/nonexistent/interpreter\n", 0700);
    CHECK_EQ(run("a/cmd", ""), -ENOENT);
}

TEST(ANYBODY, an_empty_path_element_is_the_working_directory)
{
    directories();
    program("cmd", "#!/bin/sh\nexit 4\n", 0700);
    CHECK_EQ(run("cmd", ""), 4);
    CHECK_EQ(run("cmd", "a:"), 4);
    CHECK_EQ(run("cmd", ":a"), 4);
    CHECK_EQ(run("cmd", "a::b"), 4);
    CHECK_EQ(run("cmd", "a:b"), -ENOENT);
}

TEST(ANYBODY, a_command_with_a_slash_is_not_searched)
{
    directories();
    program("a/cmd", "#!/bin/sh\nexit 5\n", 0700);
    CHECK_EQ(run("./cmd", "a"), -ENOENT);
    CHECK_EQ(run("a/cmd", "b"), 5);
    CHECK_EQ(run("a/cmd/x", "a"), -ENOTDIR);
    CHECK_EQ(run("/etc", "a"), -EACCES);
}

TEST(ANYBODY, without_a_path_the_usual_directories_are_searched)
{
    CHECK_EQ(run("true", NULL), 0);
}

TEST(ANYBODY, an_empty_command_is_enoent)
{
    CHECK_EQ(run("", "/usr/bin:/bin"), -ENOENT);
}

TEST(ANYBODY, a_path_that_is_too_long_is_passed_over)
{
    directories();
    program("b/cmd", "#!/bin/sh\nexit 2\n", 0700);
    static char path[PATH_MAX + 16];
    for (int i = 0; i < PATH_MAX; i++)
        path[i] = "./"[i % 2];
    strcpy(path + PATH_MAX, ":b");
    CHECK_EQ(run("cmd", path), 2);
    for (int length = PATH_MAX; length > PATH_MAX - 8; length--) {
        path[length] = '\0'; /* around the bound: the sanitizer watches */
        CHECK_EQ(run("cmd", path), -ENOENT);
    }
}
