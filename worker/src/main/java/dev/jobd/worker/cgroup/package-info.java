/** The kernel's control groups: what this host has mounted, and one group per job in it. */
@NullMarked
package dev.jobd.worker.cgroup;

import org.jspecify.annotations.NullMarked;
