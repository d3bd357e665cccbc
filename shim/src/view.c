#define _GNU_SOURCE
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hide.h"

/* From fcntl.h and linux/fcntl.h, which cannot both be included. */
enum { RECURSIVE = 0x8000, EMPTY_PATH = 0x1000 };

static bool make_read_only(int fd, const char *path, unsigned flags)
{
    struct mount_attr attributes = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC};
    return syscall(SYS_mount_setattr, fd, path, flags, &attributes, sizeof attributes) == 0;
}

/* Cuts the path of a group to where its hierarchy is mounted: the highest directory that is on its device. */
static bool cut_to_mount(char path[PATH_MAX])
{
    struct stat group, above;
    if (stat(path, &group) != 0)
        return false;
    for (;;) {
        char parent[PATH_MAX + 3];
        (void)snprintf(parent, sizeof parent, "%s/..", path);
        if (stat(parent, &above) != 0)
            return false;
        if (above.st_dev != group.st_dev)
            return true;
        char *slash = strrchr(path, '/');
        if (slash == NULL || slash == path) {
            errno = ENOTSUP; /* no hierarchy is mounted over the root of all files */
            return false;
        }
        *slash = '\0';
    }
}

/* Covers a hierarchy with the group. */
static bool show(const char *group)
{
    char mount[PATH_MAX];
    if (strlen(group) >= sizeof mount) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(mount, group);
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, group, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0)
        return false;
    bool shown = cut_to_mount(mount) && make_read_only(tree, "", EMPTY_PATH) &&
                 syscall(SYS_move_mount, tree, "", AT_FDCWD, mount, MOVE_MOUNT_F_EMPTY_PATH) == 0;
    int error = errno;
    close(tree);
    errno = error;
    return shown;
}

static bool show_group_of(const char *tasks)
{
    char group[PATH_MAX];
    const char *slash = strrchr(tasks, '/');
    size_t length = slash != NULL ? (size_t)(slash - tasks) : 0;
    if (length == 0 || length >= sizeof group) {
        errno = EINVAL;
        return false;
    }
    memcpy(group, tasks, length);
    group[length] = '\0';
    return show(group);
}

bool view_own_groups(const struct request *request)
{
    /* EINVAL: nothing is mounted there. */
    if (!make_read_only(AT_FDCWD, CGROUP_MOUNTS, RECURSIVE) && errno != ENOENT && errno != EINVAL)
        return false;
    if (!hide_foreign_groups(request))
        return false;
    for (size_t i = 0; i < request->tasks_count; i++)
        if (!show_group_of(request->tasks[i]))
            return false;
    return request->unified == NULL || show(request->unified);
}
