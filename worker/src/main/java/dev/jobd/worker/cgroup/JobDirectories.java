package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directories of one job's group.
 *
 * @param legacy those in the v1 hierarchies
 * @param earlier where an earlier server may have made them; any of them may be absent
 * @param pids which one of them all bounds the number of processes
 * @param freezer which one of them can be frozen, where that is needed to kill
 * @param groups where they are now, with what limits and counts in them
 */
record JobDirectories(
    @Nullable Path unified,
    List<Path> legacy,
    List<Path> earlier,
    Path oomEvents,
    @Nullable Path oomNotice,
    @Nullable Path io,
    Path pids,
    @Nullable Path freezer,
    List<JobGroup> groups)
    implements JobCgroup {

  /** Since Linux 5.14. Kills what forks at the same time, too. */
  static final String KILL = "cgroup.kill";

  private static final String FREEZER_STATE = "freezer.state";

  @Override
  public List<Path> tasksFiles() {
    return legacy.stream().map(group -> group.resolve("tasks")).toList();
  }

  @Override
  public Usage usage() throws IOException {
    return read(true);
  }

  @Override
  public Usage total() throws IOException {
    return read(false);
  }

  private Usage read(boolean ofTheMoment) throws IOException {
    Usage.Builder usage = new Usage.Builder();
    for (JobGroup group : groups) {
      for (Account account : group.accounts()) {
        if (ofTheMoment || !account.ofTheMoment()) {
          account.read(group.path(), usage);
        }
      }
    }
    return usage.build();
  }

  @Override
  public boolean isThere() {
    return groups.stream().anyMatch(JobGroup::isThere)
        || earlier.stream().anyMatch(place -> !Groups.isGone(place));
  }

  @Override
  public void change(Limits from, Limits to) throws IOException {
    JobGroup.change(groups, from, to);
  }

  @Override
  public void restore(Limits tried, Limits before) throws IOException {
    JobGroup.restore(groups, tried, before);
  }

  @Override
  public void lift() throws IOException {
    for (Path group : Stream.concat(Stream.ofNullable(io), earlier.stream()).toList()) {
      unlessGone(group, () -> Throttle.lift(group));
    }
  }

  @Override
  public void kill() throws IOException {
    lift();
    boolean killed = unified != null && killedAtOnce(unified);
    for (Path group : earlier) {
      killed |= killedAtOnce(group);
    }
    if (!killed) {
      unlessGone(pids, this::killFrozen);
      for (Path group : earlier) {
        if (Files.exists(group.resolve(Pids.MAX))) {
          unlessGone(group, () -> Emptiness.await(group, killOneByOne(group)));
        }
      }
    }
  }

  private static boolean killedAtOnce(Path group) throws IOException {
    if (!Files.exists(group.resolve(KILL))) {
      return false;
    }
    unlessGone(
        group,
        () -> {
          ControlFile.write(group.resolve(KILL), 1);
          Emptiness.await(group);
        });
    return true;
  }

  /**
   * Kills process by process; where there is a freezer, none of them sees another die. What was
   * killed while it was frozen dies when it is thawed.
   */
  private void killFrozen() throws IOException {
    if (freezer == null || !Files.exists(freezer.resolve(FREEZER_STATE))) {
      Emptiness.await(pids, killOneByOne(pids));
      return;
    }
    Set<Long> killed;
    ControlFile.write(freezer.resolve(FREEZER_STATE), "FROZEN");
    try {
      killed = killOneByOne(pids);
    } finally {
      ControlFile.write(freezer.resolve(FREEZER_STATE), "THAWED");
    }
    Emptiness.await(pids, killed);
  }

  /**
   * Kills process by process until none shows up that has not been killed.
   *
   * <p>This ends, because from the first step on no fork in the group succeeds, so that no process
   * is added but by forks that were under way then. It leaves nobody alive: a process that such a
   * fork adds after the last look is in the PID namespace of the job, like everything in the group,
   * and the first process of that namespace, which is in the group too, takes all others with it
   * when it is killed. A process id read here could in theory be given to a stranger before it is
   * used; for that, the kernel would have to hand out every other id of the host in between.
   */
  private static Set<Long> killOneByOne(Path pids) throws IOException {
    Pids.forbidMore(pids);
    Set<Long> killed = new HashSet<>();
    boolean more = true;
    while (more) {
      more = false;
      for (long process : Groups.processesBelow(pids)) {
        if (killed.add(process)) {
          ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
          more = true;
        }
      }
    }
    return killed;
  }

  @Override
  public void remove() throws IOException {
    if (unified != null) {
      Groups.remove(unified);
    }
    for (Path group : legacy) {
      Groups.remove(group);
    }
    for (Path group : earlier) {
      Groups.remove(group);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void unlessGone(Path group, Step step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      if (!Groups.isGone(group)) {
        throw e;
      }
    }
  }
}
