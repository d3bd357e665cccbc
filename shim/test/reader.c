#include "reader.h"

#include <string.h>
#include <sys/stat.h>

#include "check.h"

enum { RECORDS_MAX = 4096 };

struct index_record records[RECORDS_MAX];

off_t size_of(const char *path)
{
    struct stat info;
    CHECK(stat(path, &info) == 0);
    return info.st_size;
}

size_t read_index(void)
{
    static char bytes[(RECORDS_MAX + 1) * sizeof(struct index_record)];
    uint64_t length = read_text("index", bytes, sizeof bytes);
    struct index_header header;
    CHECK(length >= sizeof header);
    memcpy(&header, bytes, sizeof header);
    CHECK_TEXT(header.magic, INDEX_MAGIC);
    CHECK_EQ(header.version, INDEX_VERSION);
    size_t count = (length - sizeof header) / sizeof(struct index_record);
    memcpy(records, bytes + sizeof header, count * sizeof records[0]);
    for (size_t i = 1; i < count; i++) {
        CHECK(records[i].end >= records[i - 1].end);
        CHECK(records[i].time >= records[i - 1].time);
    }
    return count;
}

void check_output(const char *expected)
{
    static char text[1 << 20];
    read_text("output", text, sizeof text);
    CHECK_TEXT(text, expected);
}

void check_record(size_t i, uint64_t end, uint64_t tag)
{
    CHECK_EQ(records[i].end, end);
    CHECK_EQ(records[i].tag, tag);
}

uint64_t gap(uint64_t kind, uint64_t bytes)
{
    return bytes << 8 | INDEX_GAP | kind;
}
