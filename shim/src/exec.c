#define _GNU_SOURCE
#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptors.h"

static const char DEFAULT_PATH[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void fail_launch(int failures, enum step step, int error)
{
    struct failure failure = {.step = step, .error = error};
    /* Less than PIPE_BUF, so whole or not at all: pipe(7). */
    ssize_t wrote = write(failures, &failure, sizeof failure);
    _exit(wrote == (ssize_t)sizeof failure ? 127 : 126);
}

/* Ignored signals would survive execve, and so would the mask: signal(7). Past libc, which does not let go of the two
 * that it keeps for itself, though its posix_spawn leaves just these ignored in what it starts. */
static void reset_signals(void)
{
    static const struct {
        unsigned long handler, flags, restorer, mask;
    } by_default; /* the kernel's struct sigaction, all zero */
    for (int sig = 1; sig < NSIG; sig++)
        (void)syscall(SYS_rt_sigaction, sig, &by_default, NULL, NSIG / 8); /* fails for SIGKILL and SIGSTOP */
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool connect_stdio(const struct init_ends *ends, bool merged)
{
    int in = ends->input >= 0 ? ends->input : open("/dev/null", O_RDONLY | O_CLOEXEC);
    return in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(ends->output[0], STDOUT_FILENO) >= 0 &&
           dup2(ends->output[merged ? 0 : 1], STDERR_FILENO) >= 0;
}

static const char *path_of(char *const envp[])
{
    for (; *envp != NULL; envp++)
        if (strncmp(*envp, "PATH=", 5) == 0)
            return *envp + 5;
    return DEFAULT_PATH;
}

int exec_search(const char *file, char *const argv[], char *const envp[])
{
    if (strchr(file, '/') != NULL) {
        execve(file, argv, envp);
        return errno;
    }
    size_t file_length = strlen(file);
    if (file_length == 0)
        return ENOENT; /* not the directories of PATH themselves */
    int error = ENOENT;
    for (const char *dir = path_of(envp); dir != NULL;) {
        const char *colon = strchr(dir, ':');
        size_t dir_length = colon != NULL ? (size_t)(colon - dir) : strlen(dir);
        char path[PATH_MAX];
        if (dir_length + 1 + file_length < sizeof path) {
            memcpy(path, dir, dir_length);
            path[dir_length] = '/';
            memcpy(path + (dir_length == 0 ? 0 : dir_length + 1), file, file_length + 1); /* empty: the working directory */
            execve(path, argv, envp);
            if (errno == EACCES)
                error = EACCES; /* remembered: a later directory may have a file that can be executed */
            else if (errno != ENOENT && errno != ENOTDIR)
                return errno;
        }
        dir = colon != NULL ? colon + 1 : NULL;
    }
    return error;
}

void exec_command(const struct request *request, const struct init_ends *ends)
{
    reset_signals();
    (void)setsid(); /* a child is no group leader, so it cannot fail */
    umask(022);
    if (!connect_stdio(ends, request->merged == 1))
        fail_launch(ends->failures, STEP_STDIO, errno);
    /* From here on only what the kernel closes at execve is open beside the job's own three. */
    if (close_descriptors(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        fail_launch(ends->failures, STEP_STDIO, errno);
    if (chdir(request->workdir) != 0)
        fail_launch(ends->failures, STEP_CHDIR, errno);

    struct init_report about_to_exec = {0};
    if (send(ends->channel, &about_to_exec, sizeof about_to_exec, MSG_NOSIGNAL) != sizeof about_to_exec)
        fail_launch(ends->failures, STEP_CHANNEL, errno);
    fail_launch(ends->failures, STEP_EXEC, exec_search(request->argv[0], request->argv, request->envp));
}
