/* Processes of jobs: no children of the test. */
#ifndef JOBD_PROCESS_H
#define JOBD_PROCESS_H

#include <sys/types.h>

/* A process, by a descriptor that stays true when the number is used again; waits for its end. */
int process_open(pid_t pid);
void process_await_end(int process);

pid_t process_parent(pid_t pid);

/* Until it is stopped ('T', by a tracer 't') or a zombie ('Z'), say. */
void process_await_state(pid_t pid, char state);

#endif
