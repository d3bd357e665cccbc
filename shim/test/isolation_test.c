/* What a command cannot see, reach or change. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "check.h"
#include "groups.h"
#include "job.h"
#include "process.h"

TEST(EACH_SHIM, the_command_sees_only_its_own_processes)
{
    struct job *job = job_run_sh("echo $$; cd /proc; echo [0-9]*");
    CHECK_STDOUT(job, "2\n1 2\n");
}

TEST(EACH_SHIM, every_namespace_is_the_jobs_own)
{
    const char *const kinds[] = {"pid", "mnt", "net", "ipc", "uts", "cgroup"};
    struct job *job = job_run_sh("for ns in pid mnt net ipc uts cgroup; do readlink /proc/self/ns/$ns; done");
    const char *line = job_stream(job, INDEX_STDOUT, NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char path[64], mine[64] = {0};
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
        CHECK(readlink(path, mine, sizeof mine - 1) > 0);
        CHECK(strncmp(line, kinds[i], strlen(kinds[i])) == 0);
        CHECK(strncmp(line, mine, strlen(mine)) != 0);
        line = strchr(line, '\n') + 1;
    }
    CHECK(*line == '\0');
}

TEST(EACH_SHIM, its_network_is_a_loopback_that_is_up)
{
    struct job *job = job_run_sh("sed -n 's/:.*//p' /proc/net/dev | tr -d ' '; grep -c 127.0.0.1 /proc/net/fib_trie");
    CHECK(strncmp(job_stream(job, INDEX_STDOUT, NULL), "lo\n", 3) == 0);
    CHECK(atoi(job_stream(job, INDEX_STDOUT, NULL) + 3) > 0);
}

TEST(EACH_SHIM, its_hostname_is_the_requests)
{
    struct job *job = job_run(&(struct job_spec){.argv = SH("hostname changed; uname -n"), .hostname = "my-job.1"});
    CHECK_STDOUT(job, "my-job.1\n");
    char name[65];
    CHECK(gethostname(name, sizeof name) == 0);
    CHECK(strcmp(name, "my-job.1") != 0);
}

TEST(EACH_SHIM, what_its_init_mounts_stays_with_it)
{
    /* Shared, as a host of systemd has it: there a mount would spread. */
    CHECK(unshare(CLONE_NEWNS) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) == 0);
    static char before[1 << 16], during[1 << 16];
    read_text("/proc/self/mountinfo", before, sizeof before);
    struct job *job = job_sh("echo; sleep 1000");
    job_await_output(job, 0);
    read_text("/proc/self/mountinfo", during, sizeof during);
    CHECK_TEXT(during, before);
    job_tell(job, CONTROL_STOP, SIGKILL, 0);
    job_end(job);
}

TEST(EACH_SHIM, what_is_mounted_on_the_host_meanwhile_stays_with_the_host)
{
    CHECK(unshare(CLONE_NEWNS) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) == 0);
    struct job *job = job_sh("trap 'grep -c \" /mnt \" /proc/self/mountinfo; exit 0' TERM; echo; sleep 1000 & wait");
    job_await_output(job, 0);
    CHECK(mount("tmpfs", "/mnt", "tmpfs", 0, NULL) == 0);
    job_tell(job, CONTROL_SIGNAL, SIGTERM, 0);
    job_end(job);
    CHECK_STDOUT(job, "\n0\n");
}

TEST(EACH_SHIM, it_is_the_root_of_the_cgroups_that_it_sees)
{
    struct job *job = job_run_sh("grep ^0:: /proc/self/cgroup");
    CHECK_STDOUT(job, "0::/\n");
}

/* Where the cgroup2 tree is mounted, and what of it; the last mount of several at one place is what is seen. */
#define FIND_CGROUP2                                                                              \
    "while read -r id parent device root point rest; do case $rest in *' - cgroup2 '*)"           \
    "  tree=$root; at=$point; esac; done </proc/self/mountinfo; "

TEST(EACH_SHIM, its_own_group_is_the_root_of_the_cgroups_that_are_mounted)
{
    if (group_unified() == NULL)
        skip("no cgroup2 tree to write to");
    struct job *job = job_run_sh(FIND_CGROUP2 "echo $tree; grep -c . $at/cgroup.procs");
    CHECK_STDOUT(job, "/\n3\n"); /* init, the shell and grep */
}

TEST(EACH_SHIM, it_cannot_write_to_any_cgroup)
{
    const char *pids = group_pids(64);
    struct job *job = job_run(&(struct job_spec){
        .argv = SH(FIND_CGROUP2 "mkdir $at/mine; find /sys/fs/cgroup -writable"),
        .tasks = group_tasks(pids)});
    CHECK_STDOUT(job, "");
    CHECK(strstr(job_stream(job, INDEX_STDERR, NULL), "Read-only file system") != NULL);
}

TEST(EACH_SHIM, it_sees_nothing_of_hierarchies_that_it_has_no_group_in)
{
    char tasks[4096];
    snprintf(tasks, sizeof tasks, "%s/tasks", group_pids(64));
    if (access(tasks, W_OK) != 0)
        skip("no v1 hierarchy to write to");
    const char *const *find = SH("find /sys/fs/cgroup/ -mindepth 2 -name tasks | grep -c .; ls /sys/fs/cgroup/systemd/");
    CHECK_STDOUT(job_run(&(struct job_spec){.argv = find}), "0\n");
    CHECK_STDOUT(job_run(&(struct job_spec){.argv = find, .tasks = tasks}), "1\n");
}

TEST(EACH_SHIM, it_is_in_its_cgroups_from_its_first_instruction)
{
    const char *pids = group_pids(64);
    struct job *job = job_start(&(struct job_spec){.argv = SH("echo; sleep 1000"), .tasks = group_tasks(pids)});
    job_await_started(job);
    job_await_output(job, 0);
    CHECK(group_has(group_unified(), job->command));
    CHECK(group_has(group_unified(), process_parent(job->command)));
    CHECK(group_has(pids, job->command));
    CHECK(!group_has(group_unified(), job->shim));
    job_kill(job);
}

TEST(EACH_SHIM, it_cannot_end_its_init)
{
    struct job *job = job_run_sh("for s in KILL TERM INT HUP STOP QUIT SEGV USR1; do kill -$s 1; done; echo alive; exit 5");
    CHECK_STDOUT(job, "alive\n");
    CHECK_STATUS(job, 5 << 8);
}

TEST(EACH_SHIM, its_init_leads_to_no_file_of_the_server)
{
    struct job *job = job_run_sh("readlink /proc/1/cwd; ls /proc/1/fd | while read n; do readlink /proc/1/fd/$n; done |"
                                 "grep -v -e '^/dev/null$' -e '^socket:' -e '^anon_inode:\\[signalfd\\]$';"
                                 "tr '\\0' '\\n' </proc/1/environ | grep SECRET");
    CHECK_STDOUT(job, "/\nSECRET=of the server\n"); /* so the server has to give its shim no environment */
}

static void check_oom_scores(const char *notice, const char *of_command_and_init)
{
    int own = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (write(own, "-1", 2) != 2)
        skip("CAP_SYS_RESOURCE is not to be had here");
    close(own);
    const char *show = "cat /proc/self/oom_score_adj /proc/1/oom_score_adj; sleep 1000";
    struct job *job = job_start(&(struct job_spec){.argv = SH(show), .oom = "/dev/null", .oom_notice = notice});
    job_await_started(job);
    job_await_output(job, strlen(of_command_and_init) - 1);
    char path[64], text[32];
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", job->shim);
    read_text(path, text, sizeof text);
    CHECK_TEXT(text, "-900\n");
    job_kill(job);
    CHECK_STDOUT(job, of_command_and_init);
}

TEST(EACH_SHIM, who_watches_a_job_outlives_it_when_memory_is_short)
{
    check_oom_scores("/dev/null", "0\n-1000\n");
}

TEST(EACH_SHIM, init_is_taken_with_its_group_where_the_kernel_takes_all_of_it)
{
    check_oom_scores(NULL, "0\n-999\n");
}
