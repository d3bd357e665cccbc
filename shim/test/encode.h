/* Writes launch requests, right or wrong. */
#ifndef JOBD_ENCODE_H
#define JOBD_ENCODE_H

#include <stddef.h>
#include <stdint.h>

enum { ENCODED_MAX_BYTES = 1 << 20 };

struct encoded {
    char *data; /* ENCODED_MAX_BYTES, never freed: a test is a short process */
    size_t length;
};

struct encoded encode_begin(void);
/* What a request needs at least. */
struct encoded encode_minimal(void);
void encode_string(struct encoded *bytes, uint32_t tag, const char *string);
void encode_number(struct encoded *bytes, uint32_t tag, uint64_t number);
/* A field whose header tells one length and whose value has another. */
void encode_field(struct encoded *bytes, uint32_t tag, uint32_t told, const void *value, size_t length);
void encode_raw(struct encoded *bytes, const void *value, size_t length);
/* Puts the length into the header; may be done again after more fields. */
void encode_end(struct encoded *bytes);

#endif
