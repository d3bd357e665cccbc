/* The shim's talk with the inside of its job: init, and for a moment the command itself. */
#ifndef JOBD_INSIDE_H
#define JOBD_INSIDE_H

#include <stdbool.h>

#include "exit_record.h"
#include "init.h"
#include "launch.h"

/* Does nothing where init has ended. */
void inside_tell(const struct launched *job, struct init_order order);

/* SIGKILL to init, if there is one; the kernel then kills the rest. */
void inside_kill(const struct launched *job);

/* Puts on record what has been reported. Closes the channel where it was hung up. */
void inside_reports(struct launched *job, struct exit_record *record, bool hung_up);

/* Takes what the failure pipe tells, once: true where it is that the command was executed; else the failure is on
 * record. */
bool inside_executed(struct launched *job, struct exit_record *record);

#endif
