/* The last steps of the process that becomes the command. */
#ifndef JOBD_EXEC_H
#define JOBD_EXEC_H

#include "init.h"
#include "steps.h"

/* Does not return: the process becomes the command, or tells the failure and exits. */
_Noreturn void exec_command(const struct request *request, const struct init_ends *ends);

/* Replaces the process by file, looked up in the PATH of envp unless it holds a slash; returns the errno of what
 * was tried, like execvpe(3) but never through a shell. */
int exec_search(const char *file, char *const argv[], char *const envp[]);

/* Tells (step, errno) through the failure pipe and exits. */
_Noreturn void fail_launch(int failures, enum step step, int error);

#endif
