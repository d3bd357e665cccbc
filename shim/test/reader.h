/* The journal in the test's directory, as a reader finds it. */
#ifndef JOBD_READER_H
#define JOBD_READER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire.h"

/* What read_index() found last. */
extern struct index_record records[];

/* Reads the index; how many whole records it has. */
size_t read_index(void);

void check_record(size_t i, uint64_t end, uint64_t tag);

/* The tag of a gap. */
uint64_t gap(uint64_t kind, uint64_t bytes);

void check_output(const char *expected);

off_t size_of(const char *path);

#endif
