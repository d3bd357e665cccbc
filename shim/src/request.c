#define _GNU_SOURCE
#include "request.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NICE_LEAST = -20, NICE_MOST = 19 }; /* setpriority(2) */

static bool refuse(void)
{
    errno = EPROTO;
    return false;
}

/* A string field: not empty, ending in its only NUL. */
static char *as_string(char *value, size_t length)
{
    if (length < 1 || memchr(value, '\0', length) != value + length - 1)
        return NULL;
    return value;
}

static bool set_string(const char **slot, char *value, size_t length)
{
    *slot = as_string(value, length);
    return *slot != NULL;
}

static bool append(char **list, size_t *count, size_t max, char *value, size_t length)
{
    char *string = as_string(value, length);
    if (string == NULL || *count == max)
        return false;
    list[(*count)++] = string;
    return true;
}

static bool set_number(uint64_t *slot, const char *value, size_t length)
{
    if (length != sizeof *slot)
        return false;
    memcpy(slot, value, sizeof *slot);
    return true;
}

/* What is so where the field is there. */
static bool set_flag(uint64_t *slot, const char *value, size_t length)
{
    return set_number(slot, value, length) && *slot == 1;
}

/* All others say one thing, once. */
static bool may_repeat(uint32_t tag)
{
    return tag == FIELD_ARGUMENT || tag == FIELD_VARIABLE || tag == FIELD_TASKS;
}

static bool take_field(struct request *request, uint32_t tag, char *value, size_t length)
{
    switch ((enum field_tag)tag) {
    case FIELD_DIRECTORY:
        return set_string(&request->directory, value, length);
    case FIELD_HOSTNAME:
        return set_string(&request->hostname, value, length);
    case FIELD_ARGUMENT:
        return append(request->argv, &request->argc, REQUEST_MAX_STRINGS, value, length);
    case FIELD_VARIABLE:
        return append(request->envp, &request->envc, REQUEST_MAX_STRINGS, value, length);
    case FIELD_WORKDIR:
        return set_string(&request->workdir, value, length);
    case FIELD_UNIFIED:
        return set_string(&request->unified, value, length);
    case FIELD_TASKS:
        return append(request->tasks, &request->tasks_count, REQUEST_MAX_CGROUPS, value, length);
    case FIELD_OOM:
        return set_string(&request->oom, value, length);
    case FIELD_OOM_NOTICE:
        return set_string(&request->oom_notice, value, length);
    case FIELD_IO:
        return set_string(&request->io, value, length);
    case FIELD_TIMEOUT:
        return set_number(&request->timeout_ns, value, length);
    case FIELD_OUTPUT_MAX:
        return set_number(&request->output_max, value, length);
    case FIELD_MERGED:
        return set_flag(&request->merged, value, length);
    case FIELD_STDIN:
        return set_flag(&request->open_stdin, value, length);
    case FIELD_WAIT_TREE:
        return set_flag(&request->wait_tree, value, length);
    case FIELD_NICE: {
        uint64_t nice;
        request->niced = set_number(&nice, value, length) && (int64_t)nice >= NICE_LEAST && (int64_t)nice <= NICE_MOST;
        request->nice = request->niced ? (int)(int64_t)nice : 0;
        return request->niced;
    }
    case FIELD_PROFILE: {
        uint64_t profile;
        return set_number(&profile, value, length) && profile == PROFILE_ROOT;
    }
    }
    return false;
}

bool request_parse(char *bytes, size_t length, struct request *request)
{
    memset(request, 0, offsetof(struct request, argv));
    request->output_max = UINT64_MAX;

    struct request_header header;
    if (length < sizeof header)
        return refuse();
    memcpy(&header, bytes, sizeof header);
    if (header.magic != REQUEST_MAGIC || header.version != REQUEST_VERSION || header.length != length)
        return refuse();

    uint32_t seen = 0;
    size_t at = sizeof header;
    while (at < length) {
        struct field_header field;
        if (length - at < sizeof field)
            return refuse();
        memcpy(&field, bytes + at, sizeof field);
        at += sizeof field;
        if (field.length > length - at || !take_field(request, field.tag, bytes + at, field.length))
            return refuse();
        at += field.length;
        uint32_t bit = 1U << field.tag; /* known, so small */
        if ((seen & bit) != 0 && !may_repeat(field.tag))
            return refuse();
        seen |= bit;
    }

    request->argv[request->argc] = NULL;
    request->envp[request->envc] = NULL;
    bool complete = request->directory != NULL && request->directory[0] == '/' && request->workdir != NULL &&
                    request->workdir[0] == '/' && request->hostname != NULL && request->argc > 0 &&
                    (request->unified != NULL || request->tasks_count > 0);
    return complete ? true : refuse();
}

bool request_read(int fd, struct request *request)
{
    enum { ROOM = REQUEST_MAX_BYTES + 1 }; /* for the byte that is too much */
    char *bytes = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        return false;
    size_t length = 0;
    while (length < ROOM) {
        ssize_t got = read(fd, bytes + length, ROOM - length);
        if (got == 0)
            return request_parse(bytes, length, request);
        if (got < 0 && errno != EINTR)
            return false;
        if (got > 0)
            length += (size_t)got;
    }
    errno = E2BIG;
    return false;
}
