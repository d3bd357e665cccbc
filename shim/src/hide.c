#define _GNU_SOURCE
#include "hide.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

/* Whether the job has a group in the hierarchy that is this device. */
static bool is_own(const struct request *request, dev_t device)
{
    struct stat group;
    for (size_t i = 0; i < request->tasks_count; i++)
        if (stat(request->tasks[i], &group) == 0 && group.st_dev == device)
            return true;
    return request->unified != NULL && stat(request->unified, &group) == 0 && group.st_dev == device;
}

/* Whether a hierarchy is mounted there that the job has no group in. */
static bool is_foreign(const struct request *request, const char *path, dev_t around)
{
    struct stat file;
    struct statfs system;
    return lstat(path, &file) == 0 && S_ISDIR(file.st_mode) && file.st_dev != around && statfs(path, &system) == 0 &&
           (system.f_type == CGROUP_SUPER_MAGIC || system.f_type == CGROUP2_SUPER_MAGIC) &&
           !is_own(request, file.st_dev);
}

bool hide_foreign_groups(const struct request *request)
{
    DIR *mounts = opendir(CGROUP_MOUNTS);
    if (mounts == NULL)
        return errno == ENOENT;
    struct stat around;
    bool hidden = fstat(dirfd(mounts), &around) == 0;
    char empty[PATH_MAX] = "", path[PATH_MAX];
    for (struct dirent *entry; hidden && (entry = readdir(mounts)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s", CGROUP_MOUNTS, entry->d_name);
        if (entry->d_name[0] == '.' || !is_foreign(request, path, around.st_dev))
            continue;
        if (empty[0] != '\0') {
            hidden = mount(empty, path, NULL, MS_BIND, NULL) == 0;
        } else {
            hidden = mount("none", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=555") == 0;
            strcpy(empty, path);
        }
    }
    int error = errno;
    closedir(mounts);
    errno = error;
    return hidden;
}
