/*
 * What jobd and its shim say to each other, and what the shim leaves on disk. Everything here is a contract
 * between releases: a shim outlives the server that started it, so a newer server must understand an older
 * shim. Numbers are little-endian. The Java side is dev.jobd.worker.launch and dev.jobd.worker.output.
 *
 *   stdin      one launch request, then end of file
 *   fd 3       a listening Unix stream socket, bound by the server at <job directory>/control; the name stays when the
 *              shim has gone and nobody listens: ext4 is slow to give out inodes where others were just freed
 *   output     the bytes of both streams in the order they were read
 *   index      which bytes of output came from which stream, and when
 *   exit       how the job ended: text, written before it has this name, closed by its checksum
 */
#ifndef JOBD_WIRE_H
#define JOBD_WIRE_H

#include <stdint.h>

enum {
    LISTEN_FD = 3,

    /* Launch request: a header, then fields up to its length. An unknown field or version is refused: a shim
     * that does not know an isolation step must not start a job without it. */
    REQUEST_MAGIC = 0x51424f4a, /* "JOBQ" */
    REQUEST_VERSION = 1,
    REQUEST_MAX_BYTES = 2 << 20,
    REQUEST_MAX_STRINGS = 8200, /* arguments and environment, each: a job's own 8192 and what jobd adds to them */
    REQUEST_MAX_CGROUPS = 8,

    CONTROL_VERSION = 1,
    CONTROL_MAX_CONNECTIONS = 4,

    INPUT_MAX_BYTES = 64 << 10,

    INDEX_VERSION = 1,
    EXIT_VERSION = 1,
};

struct request_header {
    uint32_t magic;
    uint32_t version;
    uint32_t length; /* of the whole request, this header included */
};

/* A field's value follows its header, without padding. Strings carry their terminating NUL. */
struct field_header {
    uint32_t tag;
    uint32_t length; /* of the value alone */
};

enum field_tag {
    FIELD_DIRECTORY = 1, /* string: the job's directory, absolute */
    FIELD_HOSTNAME = 2,  /* string: at most 64 bytes */
    FIELD_ARGUMENT = 3,  /* string, repeated: the command, then its arguments */
    FIELD_VARIABLE = 4,  /* string, repeated: the whole environment, NAME=VALUE */
    FIELD_WORKDIR = 5,   /* string: absolute */
    FIELD_UNIFIED = 6,   /* string: the job's directory in the cgroup2 tree, where one is mounted */
    FIELD_TASKS = 7,     /* string, repeated: the tasks file of the job's group in one v1 hierarchy */
    FIELD_OOM = 8,       /* string: the file whose line "oom_kill N" counts out-of-memory kills */
    FIELD_TIMEOUT = 9,   /* u64: nanoseconds of run time; absent: unbounded */
    FIELD_OUTPUT_MAX = 10, /* u64: bytes of output kept; absent: unbounded */
    FIELD_PROFILE = 11,  /* u64: enum profile */
    FIELD_MERGED = 12,   /* u64: 1: stdout and stderr are one pipe, whose bytes count as stdout; absent: two */
    FIELD_STDIN = 13,    /* u64: 1: stdin is a pipe that CONTROL_INPUT fills; absent: /dev/null */
    FIELD_WAIT_TREE = 14, /* u64: 1: the job ends with its last process; absent: with its command */
    FIELD_NICE = 15,     /* u64: the command's nice value, -20 to 19, in two's complement; absent: the server's own */
    FIELD_OOM_NOTICE = 16, /* string: the v1 file to ask for notice in of the group's running out of memory: then all
                            * of the job is killed; absent: the kernel does so */
    FIELD_IO = 17,       /* string: the group's directory where its I/O is bounded */
};

/* How a job is confined beyond its namespaces and cgroup. */
enum profile {
    PROFILE_ROOT = 0, /* root inside its namespaces */
};

/* Every message on the control socket, in both directions. */
struct control_message {
    uint32_t type;
    uint32_t value;
    uint64_t number;
    uint64_t time; /* nanoseconds since 1970 */
    uint64_t spare;
};

enum control_type {
    /* To the shim. */
    CONTROL_STOP = 1,   /* value: signal, for the command, SIGINT and SIGQUIT for its whole process group; number:
                         * nanoseconds until the rest is killed, 0: kill all now */
    CONTROL_SIGNAL = 2, /* value: signal, for the command alone */
    CONTROL_WATCH = 3,  /* number: answer GREW, once, when the journal is longer than this */
    CONTROL_RESUME_STOP = 6, /* as STOP, of a server that does not know whether one before it came to say so; nothing
                              * where a stop came */
    CONTROL_ENTER = 5,  /* the job's cgroup is there, with its limits: make init in it */
    CONTROL_LAUNCH = 4, /* after ENTER; the job is recorded: execute its command. Until then all is prepared but that,
                         * and a server that goes away without this word takes the job back, whoever else is
                         * connected by then. */
    CONTROL_INPUT_OPEN = 7, /* input comes from this connection from now on, and from no other. What came before and is
                             * not in the command's stdin yet is forgotten. Answered by INPUT_OPENED or INPUT_CLOSED */
    CONTROL_INPUT = 8,      /* value: how many bytes of input follow this message, 1 to INPUT_MAX_BYTES. Answered by
                             * INPUT_TAKEN or INPUT_CLOSED, and not before that may the next one come */
    CONTROL_INPUT_END = 9,  /* the input ends after what came before. Answered by INPUT_CLOSED */
    CONTROL_BOUNDS_WRITTEN = 10, /* bounds on the job's disks were written: where the shim has lifted them, because the
                                  * job is to end, it does so again */

    /* From the shim. HELLO is the first on every connection, and of this form in every version; STARTED follows it, or
     * comes when it is true. */
    CONTROL_HELLO = 16,   /* value: CONTROL_VERSION */
    CONTROL_STARTED = 17, /* value: the command's process id; time: when it was executed */
    CONTROL_GREW = 18,    /* number: the journal's length */
    CONTROL_ENDED = 19,   /* the exit record is durable; the connection closes */
    /* To the connection that input comes from; number: how many bytes of it have gone into the command's stdin. */
    CONTROL_INPUT_OPENED = 20, /* the next byte is that of this offset */
    CONTROL_INPUT_TAKEN = 21,  /* all that came */
    CONTROL_INPUT_CLOSED = 22, /* no more will; value: enum input_end. Also told unasked, when it is true */
};

enum input_end {
    INPUT_REFUSED = 0,  /* the job closed its stdin, or never had one */
    INPUT_COMPLETE = 1, /* INPUT_END came, and all before it is taken */
};

/* The index begins with one header as long as a record, so record i stands at (i + 1) * sizeof. A reader
 * ignores a torn last record, and bytes of output that no record covers. */
struct index_header {
    char magic[8]; /* INDEX_MAGIC */
    uint64_t version;
    uint64_t spare;
};

#define INDEX_MAGIC "jobdidx"

struct index_record {
    uint64_t end;  /* offset in output after this chunk */
    uint64_t time; /* when it was read: nanoseconds since 1970, never falling */
    uint64_t tag;  /* enum index_kind in the low 8 bits; above them, for a gap, the bytes dropped */
};

enum index_kind {
    INDEX_STDOUT = 1,
    INDEX_STDERR = 2,
    INDEX_GAP = 0x80, /* or-ed to a stream: its bytes that were dropped here */
};

#endif
