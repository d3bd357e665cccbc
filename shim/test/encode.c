#include "encode.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "wire.h"

void encode_raw(struct encoded *bytes, const void *value, size_t length)
{
    CHECK(bytes->length + length <= ENCODED_MAX_BYTES);
    memcpy(bytes->data + bytes->length, value, length);
    bytes->length += length;
}

struct encoded encode_begin(void)
{
    struct encoded bytes = {.data = malloc(ENCODED_MAX_BYTES)};
    struct request_header header = {.magic = REQUEST_MAGIC, .version = REQUEST_VERSION};
    encode_raw(&bytes, &header, sizeof header);
    return bytes;
}

void encode_field(struct encoded *bytes, uint32_t tag, uint32_t told, const void *value, size_t length)
{
    struct field_header header = {.tag = tag, .length = told};
    encode_raw(bytes, &header, sizeof header);
    encode_raw(bytes, value, length);
}

void encode_string(struct encoded *bytes, uint32_t tag, const char *string)
{
    size_t length = strlen(string) + 1;
    encode_field(bytes, tag, (uint32_t)length, string, length);
}

void encode_number(struct encoded *bytes, uint32_t tag, uint64_t number)
{
    encode_field(bytes, tag, sizeof number, &number, sizeof number);
}

struct encoded encode_minimal(void)
{
    struct encoded bytes = encode_begin();
    encode_string(&bytes, FIELD_DIRECTORY, "/state/jobs/1");
    encode_string(&bytes, FIELD_HOSTNAME, "host");
    encode_string(&bytes, FIELD_ARGUMENT, "true");
    encode_string(&bytes, FIELD_WORKDIR, "/");
    encode_string(&bytes, FIELD_UNIFIED, "/sys/fs/cgroup/1");
    return bytes;
}

void encode_end(struct encoded *bytes)
{
    uint32_t length = (uint32_t)bytes->length;
    if (bytes->length >= sizeof(struct request_header))
        memcpy(bytes->data + offsetof(struct request_header, length), &length, sizeof length);
}
