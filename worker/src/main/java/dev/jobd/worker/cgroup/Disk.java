package dev.jobd.worker.cgroup;

/**
 * A whole disk, which is what the kernel bounds reading and writing of. One that is made of others
 * (device-mapper, RAID) counts as itself: what a job does with it is bounded before it is spread.
 *
 * @param name as the kernel has it: {@code sda}, {@code dm-0}
 * @param number its major and minor number: {@code 8:0}
 */
record Disk(String name, String number) {}
