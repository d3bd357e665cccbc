#define _GNU_SOURCE
#include "groups.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "group.h"

/* Where a hierarchy is mounted: "unified" or a v1 controller. */
static bool find_mount(const char *controller, char mount[PATH_MAX])
{
    FILE *mounts = fopen("/proc/self/mounts", "re");
    char line[PATH_MAX], type[32], options[512];
    bool found = false;
    while (!found && mounts != NULL && fgets(line, sizeof line, mounts) != NULL) {
        if (sscanf(line, "%*s %4095s %31s %511s", mount, type, options) != 3)
            continue;
        char padded[sizeof options + 2], wanted[64];
        snprintf(padded, sizeof padded, ",%s,", options);
        snprintf(wanted, sizeof wanted, ",%s,", controller);
        found = strcmp(controller, "unified") == 0 ? strcmp(type, "cgroup2") == 0
                                                   : strcmp(type, "cgroup") == 0 && strstr(padded, wanted) != NULL;
    }
    if (mounts != NULL)
        fclose(mounts);
    return found;
}

/* The path of this process in that hierarchy, from /proc/self/cgroup: lines "id:controllers:path". */
static void find_own(const char *controller, char own[PATH_MAX])
{
    FILE *groups = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX];
    own[0] = '\0';
    while (groups != NULL && fgets(line, sizeof line, groups) != NULL) {
        char *controllers = strchr(line, ':');
        char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (path == NULL)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        bool unified = controllers[1] == '\0';
        if (unified ? strcmp(controller, "unified") == 0 : strstr(controllers + 1, controller) != NULL)
            strcpy(own, strcmp(path, "/") == 0 ? "" : path);
    }
    if (groups != NULL)
        fclose(groups);
}

static bool place(const char *controller, const char *name, char path[PATH_MAX])
{
    char mount[PATH_MAX], own[PATH_MAX];
    if (!find_mount(controller, mount))
        return false;
    find_own(controller, own);
    return snprintf(path, PATH_MAX, "%s%s/%s", mount, own, name) < PATH_MAX;
}

static const char *make(const char *controller, char path[PATH_MAX])
{
    if (path[0] == '\0' && (!place(controller, test_name(), path) || mkdir(path, 0755) != 0))
        path[0] = '\0';
    return path[0] != '\0' ? path : NULL;
}

const char *group_unified(void)
{
    static char path[PATH_MAX];
    return make("unified", path);
}

const char *group_pids(unsigned max)
{
    static char path[PATH_MAX];
    const char *group = make("pids", path);
    if (group == NULL)
        group = group_unified();
    char file[PATH_MAX + 16], text[16];
    snprintf(file, sizeof file, "%s/pids.max", group);
    if (group == NULL || access(file, W_OK) != 0)
        skip("no pids controller is to be had here");
    snprintf(text, sizeof text, "%u", max);
    write_text(file, text);
    return group;
}

const char *group_tasks(const char *group)
{
    static char file[PATH_MAX + 16];
    snprintf(file, sizeof file, "%s/tasks", group);
    return access(file, W_OK) == 0 ? file : NULL;
}

bool group_has(const char *group, int pid)
{
    char file[PATH_MAX], line[32];
    snprintf(file, sizeof file, "%s/cgroup.procs", group);
    FILE *processes = fopen(file, "re");
    bool found = false;
    while (processes != NULL && fgets(line, sizeof line, processes) != NULL)
        found = found || atoi(line) == pid;
    if (processes != NULL)
        fclose(processes);
    return found;
}

void groups_remove(const char *name)
{
    char path[PATH_MAX];
    if (place("unified", name, path) && access(path, F_OK) == 0 && group_empty(path))
        rmdir(path);
    if (place("pids", name, path))
        rmdir(path);
}
