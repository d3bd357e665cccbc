package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where this host's jobs get their control groups: at {@code <own>/jobd/<instance>/<job>} in each
 * hierarchy that is needed, {@code <own>} being the group that the server itself is in. Safe for
 * use by many threads.
 */
public interface Cgroups extends LimitJudge, Closeable {
  /**
   * Finds the hierarchies of this host and makes the directories of {@code instance} in them.
   *
   * <p>Where processor time, memory or processes are bounded by cgroup v2, the processes in the
   * server's own group are moved to the leaf {@code <own>/jobd-server} first: the kernel lets a
   * group other than the root either hold processes or hand controllers down. That is done where
   * this process is alone there or the group was delegated to it, and refused elsewhere.
   *
   * @param instance tells the jobs of one server from those of another on the same host: 1 to 64 of
   *     {@code A-Z a-z 0-9 _ -}, beginning with a letter or digit
   * @throws IOException naming the controller, what was looked at and the way out where a limit
   *     that a job may have could not be enforced; or the file where a group cannot be made
   */
  static Cgroups open(String instance) throws IOException {
    return HostCgroups.open(instance, ProcFiles.SELF, List.of());
  }

  /**
   * The same, where earlier servers may have been in other groups themselves, for example in other
   * login sessions: their jobs' groups stayed there, and are found and removed.
   *
   * @param earlier what {@link #places} said to them
   */
  static Cgroups open(String instance, List<Path> earlier) throws IOException {
    return HostCgroups.open(instance, ProcFiles.SELF, earlier);
  }

  /**
   * What {@link #open} would enforce here; makes, moves and changes nothing.
   *
   * @throws IOException what {@link #open} would throw for the same reasons
   */
  static HostReport look() throws IOException {
    return HostCgroups.look(ProcFiles.SELF, Disks.HOST);
  }

  /**
   * Judges limits as {@link #open} would enforce them here; makes, moves and changes nothing.
   *
   * @throws IOException what {@link #open} would throw for the same reasons
   */
  static LimitJudge judge() throws IOException {
    return HostCgroups.judge(ProcFiles.SELF, Disks.HOST);
  }

  /** {@code v1}, {@code v2} or {@code hybrid}. */
  String mode();

  /** What is enforced, where and how. */
  HostReport report() throws IOException;

  /**
   * The directories in which groups of this instance's jobs are made, then those in which earlier
   * ones may still be: to be kept for {@link #open(String, List)}.
   */
  List<Path> places();

  /**
   * {@code limits} as this host enforces them: {@link #require required}, then {@link #named};
   * waits for disks.
   */
  default Limits enforceable(Limits limits, Path files) throws IOException {
    require(limits);
    return named(limits, files, DiskSearch.WAITING);
  }

  /**
   * Makes the group of one job, applies {@code limits} and reads them back. Leaves nothing behind
   * where it fails.
   *
   * @param job the job's id; the same characters as an instance's name
   * @param limits as {@link #enforceable} gives them
   * @throws IOException naming the limit, the file, the value and the cause where it cannot be
   *     applied
   */
  JobCgroup create(String job, Limits limits) throws IOException;

  /** The group that {@link #create} makes for these limits, before there is one. */
  JobCgroup planned(String job, Limits limits);

  /** The group of a job that an earlier process made; it may be gone in part or whole. */
  JobCgroup existing(String job);

  /** The jobs of this instance that have a group, or a part of one, in any hierarchy; sorted. */
  List<String> jobs() throws IOException;

  /**
   * Removes the directories of this instance where no job has a group left. Groups of jobs stay as
   * they are, and so do the directories that hold them.
   */
  @Override
  void close() throws IOException;
}
