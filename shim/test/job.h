/* Launches the real shim as the server does: listener on descriptor 3, request on stdin. */
#ifndef JOBD_JOB_H
#define JOBD_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire.h"

enum {
    JOB_OUTPUT_MAX = 4 << 20,
    JOB_PATIENCE_MS = 60000, /* for any one answer of the shim */
};

static const uint64_t MILLISECOND = 1000000;

struct job_spec {
    const char *const *argv;
    const char *const *env; /* NULL: PATH alone */
    const char *directory;  /* that the request names; NULL: the one made for the job */
    const char *workdir;    /* NULL: / */
    const char *hostname;   /* NULL: "test" */
    const char *unified;    /* NULL: the test's own group */
    const char *tasks;      /* NULL: none */
    const char *oom;
    const char *oom_notice; /* where notice of the want of memory is asked for */
    const char *io;         /* the directory whose bounds are lifted */
    int nice;               /* 0: the tests' own */
    const char *inject;     /* a system call that fails: strace -e inject=… */
    uint64_t timeout_ns;
    uint64_t output_max;    /* 0: absent */
    uint64_t file_bytes;    /* RLIMIT_FSIZE; 0: none */
    bool small_disk;        /* the job's directory is a tmpfs of 64 KiB */
    unsigned long refused;  /* flags with which unshare(2) fails, by ENOTNAM; 0: none */
    bool open_stdin;
    bool wait_tree;
    bool unentered;         /* the server has not said yet that the job has its cgroup */
    bool unreleased;        /* the server has not said yet that the job is recorded */
};

struct job {
    pid_t shim; /* or the strace around it */
    int control;
    char directory[4096]; /* absolute */
    pid_t command;        /* 0: not started */
    bool ended;           /* ENDED has come */
    char exit[2048];      /* the exit record, once job_end() returned */
    char output[JOB_OUTPUT_MAX];
    size_t output_length;
    struct index_record index[65536];
    size_t index_length;
};

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SH(script) ARGV("sh", "-c", script)

/* A script that a process runs when its parent, the command, has ended, and so is init. */
#define ORPHAN(script) "sh -c 'until grep -q \"^PPid:.1$\" /proc/$$/status; do :; done; " script "' & "

/* Skips the test where no call can be made to fail. */
void need_strace(void);

/* A job without waiting for anything. */
struct job *job_start(const struct job_spec *spec);
struct job *job_sh(const char *script);

/* Starts it, waits for its end. */
struct job *job_run(const struct job_spec *spec);
struct job *job_run_sh(const char *script);

/* Starts it, waits until it runs and has said something. */
struct job *job_ready(const char *script);

void job_tell(const struct job *job, enum control_type type, uint32_t value, uint64_t number);
struct control_message job_next(struct job *job);
/* The same; of type 0 where the shim has closed the connection. */
struct control_message job_next_or_none(struct job *job);
void job_await_started(struct job *job);
/* Until the journal is longer than that. */
void job_await_output(struct job *job, uint64_t length);

/* Another connection to the same shim. */
int job_connect(const struct job *job);
/* The one that the job's messages come and go by becomes another; the one before is closed. */
void job_reconnect(struct job *job);

/* Takes over the job's stdin, which is open; how many bytes of input it has taken. */
uint64_t job_open_input(struct job *job);
/* Bytes of input, at most INPUT_MAX_BYTES. */
void job_send_input(const struct job *job, const char *bytes, size_t length);
/* Until the shim says something about the input, which is not to be of another kind than wanted; the offset in it. */
uint64_t job_await_input(struct job *job, enum control_type wanted);

/* Until the record is there and the shim has left; reads all that it left and checks that no process did stay. */
void job_end(struct job *job);

/* Kills it, and waits for its end. */
void job_kill(struct job *job);

/* Whether its shim has left a record of its end. */
bool job_is_recorded(const struct job *job);

/* After the end: */
intmax_t job_number(const struct job *job, const char *key);
const char *job_step(const struct job *job);
/* One stream's bytes, ended by a NUL, with its length where asked for. */
const char *job_stream(const struct job *job, enum index_kind stream, size_t *length);
/* Bytes that gap records of a stream say were dropped. */
uint64_t job_gap(const struct job *job, enum index_kind stream);

#define CHECK_STATUS(job, expected) CHECK_EQ(job_number(job, "status"), expected)
#define CHECK_STDOUT(job, expected) CHECK_TEXT(job_stream(job, INDEX_STDOUT, NULL), expected)
#define CHECK_STDERR(job, expected) CHECK_TEXT(job_stream(job, INDEX_STDERR, NULL), expected)

#endif
