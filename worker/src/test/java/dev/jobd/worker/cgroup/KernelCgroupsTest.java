package dev.jobd.worker.cgroup;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The groups of this host, under the kernel that it runs. */
@Timeout(120)
class KernelCgroupsTest {
  private static final long BOUND_SECONDS = 60;
  private static final Limits ALL = new Limits(500L, 64L << 20, 10L, null, null);

  @TempDir Path directory;
  private Cgroups cgroups;
  private final List<JobCgroup> made = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Files.isWritable(Path.of("/sys/fs/cgroup")), "makes cgroups, so it needs root");
    cgroups = Cgroups.open("test-" + UUID.randomUUID());
  }

  @AfterEach
  void removeAll() throws Exception {
    for (JobCgroup group : made) {
      group.kill();
      awaitEmpty(group);
      group.remove();
    }
    if (cgroups != null) {
      cgroups.close();
    }
  }

  @Test
  void theKernelHoldsEachLimit() throws IOException {
    JobCgroup group = create(ALL);
    assertThat(file(group, "pids.max")).hasContent("11");
    assertThat(anyFile(group, "memory.limit_in_bytes", "memory.max")).hasContent("67108864");
    Path quota = anyFile(group, "cpu.cfs_quota_us", "cpu.max");
    assertThat(Files.readString(quota)).startsWith("50000");
  }

  @Test
  void theLeastAndTheLargestLimitsAreAccepted() throws IOException {
    create(new Limits(Limits.MIN_CPU_MILLIS, Limits.MIN_MEMORY_BYTES, 1L, null, null));
    create(new Limits(Limits.MAX_CPU_MILLIS, Limits.MAX_MEMORY_BYTES, Limits.MAX_PIDS, null, null));
  }

  @Test
  void memoryThatIsNoWholeNumberOfPagesIsAccepted() throws IOException {
    JobCgroup group = create(new Limits(null, 10_000_001L, null, null, null));
    long held =
        Long.parseLong(
            Files.readString(anyFile(group, "memory.limit_in_bytes", "memory.max")).strip());
    assertThat(held).isBetween(10_000_001L - (64 << 10), 10_000_001L);
  }

  @Test
  void aJobMayHaveAsManyProcessesAsItsLimitBesidesItsInit() throws Exception {
    JobCgroup group = create(new Limits(null, null, 3L, null, null));
    String threeChildren = "for i in 1 2 3; do sleep 100 >/dev/null 2>&1 & done; echo made";
    Process init = run(group, threeChildren + "; read _");
    assertThat(init.inputReader().readLine()).isEqualTo("made");
    assertThat(Files.readString(file(group, "pids.current"))).isEqualTo("4\n");
  }

  @Test
  void aForkBeyondTheLimitFails() throws Exception {
    JobCgroup group = create(new Limits(null, null, 3L, null, null));
    Process init = run(group, "for i in 1 2 3 4; do sleep 100 >/dev/null 2>&1 & done; echo made");
    assertThat(init.inputReader().readLine()).containsIgnoringCase("fork");
    assertThat(exitCode(init)).isNotZero();
  }

  @Test
  void aKillForWantOfMemoryIsCounted() throws Exception {
    JobCgroup group = create(new Limits(null, 16L << 20, null, null, null));
    assertThat(Files.readAllLines(group.oomEvents())).contains("oom_kill 0");
    assertThat(exitCode(run(group, "exec tail /dev/zero"))).isEqualTo(128 + 9);
    // A group that dies together is counted once for whom it was about, and once for each in it.
    assertThat(Files.readAllLines(group.oomEvents())).containsAnyOf("oom_kill 1", "oom_kill 2");
  }

  @Test
  void killEndsTheWholeTree() throws Exception {
    JobCgroup group = create(Limits.NONE);
    killsTree(group, group);
  }

  @Test
  void killEndsTheWholeTreeProcessByProcessToo() throws Exception {
    JobCgroup group = create(Limits.NONE);
    killsTree(group, processByProcess(group));
  }

  @Test
  void killProcessByProcessOutrunsAForkBomb() throws Exception {
    JobCgroup group = create(new Limits(null, null, 200L, null, null));
    Process init = run(group, "exec unshare --pid --fork sh -c 'f() { echo x; f & f; }; f' 2>&1");
    assertThat(init.inputReader().readLine()).isEqualTo("x");
    processByProcess(group).kill();
    drain(init);
    awaitEmpty(group);
    assertThat(exitCode(init)).isNotZero(); // killed, or ended as it could not fork any more
  }

  @Test
  void killReachesGroupsThatTheJobMade() throws Exception {
    JobCgroup group = create(Limits.NONE);
    Path pids = parentOf(file(group, "pids.max"));
    String moves = "mkdir -p " + pids + "/x/y && echo 0 > " + pids + "/x/y/cgroup.procs && ";
    Process inner = run(group, moves + "echo there; exec sleep 100");
    assertThat(inner.inputReader().readLine()).isEqualTo("there");
    processByProcess(group).kill();
    assertThat(exitCode(inner)).isEqualTo(128 + 9);
    group.remove();
    assertThat(pids).doesNotExist();
  }

  @Test
  void whatIsGoneIsKilledAndRemovedWithoutComplaint() throws IOException {
    JobCgroup group = create(ALL);
    JobCgroup processByProcess = processByProcess(group);
    group.remove();
    group.remove();
    group.kill();
    processByProcess.kill();
    assertThat(cgroups.jobs()).isEmpty();
  }

  @Test
  void aGroupWithAProcessIsNotRemovedButSaysWhich() throws Exception {
    JobCgroup group = create(ALL);
    Process init = run(group, "echo there; exec sleep 100");
    assertThat(init.inputReader().readLine()).isEqualTo("there");
    assertThatThrownBy(group::remove)
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(": still populated by processes [" + init.pid() + "]");
    assertThat(group.tasksFiles()).allSatisfy(tasks -> assertThat(tasks).exists());
  }

  @Test
  void aLimitThatTheKernelRefusesLeavesNothing() throws IOException {
    JobCgroup group = create(new Limits(100L, null, null, null, null));
    Path quota = anyFile(group, "cpu.cfs_quota_us", "cpu.max");
    assumeTrue(quota.endsWith("cpu.cfs_quota_us"), "v2 accepts a quota above its parent's");
    group.remove();
    Path instance = parentOf(parentOf(quota));
    ControlFile.write(instance.resolve("cpu.cfs_quota_us"), 20_000);
    assertThatThrownBy(() -> cgroups.create("refused", ALL))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "limits.cpu_millis: write 50000 to "
                + instance.resolve("refused/cpu.cfs_quota_us")
                + ": Invalid argument; ")
        .hasNoSuppressedExceptions();
    assertThat(cgroups.jobs()).isEmpty();
  }

  @Test
  void aChangeThatTheKernelRefusesNamesItsFieldAndCanBeTakenBack() throws IOException {
    Limits before = new Limits(100L, 32L << 20, null, null, null);
    JobCgroup group = create(before);
    Path quota = anyFile(group, "cpu.cfs_quota_us", "cpu.max");
    assumeTrue(quota.endsWith("cpu.cfs_quota_us"), "v2 accepts a quota above its parent's");
    ControlFile.write(quota.resolve("../../cpu.cfs_quota_us").normalize(), 20_000);

    assertThatThrownBy(() -> group.change(before, ALL.orElse(before)))
        .isInstanceOfSatisfying(
            LimitRefusedException.class,
            e -> {
              assertThat(e.field()).isEqualTo("limits.cpu_millis");
              assertThat(e.problem()).startsWith("Invalid argument; ");
              assertThat(e)
                  .hasMessageContaining("write 50000 to " + quota + ": Invalid argument; ");
            })
        .hasNoSuppressedExceptions();
    group.restore(ALL.orElse(before), before);

    assertThat(quota).hasContent("10000");
    assertThat(anyFile(group, "memory.limit_in_bytes", "memory.max")).hasContent("33554432");
    assertThat(file(group, "pids.max")).hasContent("max");
  }

  @Test
  void aThousandGroupsLeaveNothing() throws IOException {
    for (int i = 0; i < 1_000; i++) {
      cgroups.create("job-" + i, ALL).remove();
    }
    assertThat(cgroups.jobs()).isEmpty();
  }

  @Test
  void closingLeavesNothing() throws IOException {
    Path instance = parentOf(parentOf(file(create(ALL), "pids.max")));
    assertThat(instance).isDirectory();
    made.removeFirst().remove();
    cgroups.close();
    assertThat(instance).doesNotExist();
  }

  /** As a server in one login session, and its successor in another. */
  @Test
  void aJobOfAServerThatWasInAnotherGroupIsLimitedKilledAndLeavesNothing() throws Exception {
    Path own = file(create(Limits.NONE), "pids.max").resolve("../../../..").normalize();
    String instance = "test-" + UUID.randomUUID();
    Path session = Files.createDirectory(own.resolve(instance));
    try {
      Cgroups predecessor = HostCgroups.open(instance, seenFrom(session), List.of());
      Process init = run(predecessor.create("a", ALL), "echo there; exec sleep 100");
      assertThat(init.inputReader().readLine()).isEqualTo("there");
      assertThat(session.resolve("jobd/" + instance + "/a")).isDirectory();
      try (Cgroups successor = Cgroups.open(instance, predecessor.places())) {
        assertThat(successor.jobs()).containsExactly("a");
        Limits changed = new Limits(300L, 32L << 20, 7L, null, null);
        successor.existing("a").change(ALL, changed);
        assertThat(session.resolve("jobd/" + instance + "/a/pids.max")).hasContent("8");
        assertThat(successor.existing("a").usage().pids()).isNotNull();
        successor.existing("a").kill();
        assertThat(exitCode(init)).isEqualTo(128 + 9);
        successor.existing("a").remove();
        assertThat(successor.jobs()).isEmpty();
      }
      assertThat(session.resolve("jobd")).doesNotExist();
    } finally {
      Groups.remove(session);
    }
  }

  /** This host for a server that is in {@code group} where processes are bounded. */
  private ProcFiles seenFrom(Path group) throws IOException {
    String membership = Files.readString(ProcFiles.SELF.cgroup());
    String hierarchy = membership.contains(":pids:") ? ":pids:" : "0::";
    String below = "(" + hierarchy + ".*?)(/" + UnifiedHierarchy.LEAF + ")?/?$";
    return new ProcFiles(
        ProcFiles.SELF.mountinfo(),
        Files.writeString(
            directory.resolve("cgroup"),
            Pattern.compile(below, Pattern.MULTILINE)
                .matcher(membership)
                .replaceFirst("$1/" + group.getFileName())),
        ProcFiles.SELF.swaps());
  }

  @Test
  void theServersGroupIsEmptiedIntoALeaf() throws Exception {
    JobCgroup group = create(Limits.NONE);
    Path unified = group.unified();
    assumeTrue(unified != null, "needs a cgroup2 mount");
    Process process = run(group, "echo there; exec sleep 100");
    assertThat(process.inputReader().readLine()).isEqualTo("there");
    UnifiedHierarchy.empty(unified);
    assertThat(Groups.processes(unified)).isEmpty();
    assertThat(Groups.processes(unified.resolve("jobd-server"))).containsExactly(process.pid());
  }

  @Test
  void aGroupBelowCpusetCanBeJoined() throws Exception {
    Path cpuset = Path.of("/sys/fs/cgroup/cpuset");
    assumeTrue(Files.exists(cpuset.resolve("cpuset.cpus")), "needs a v1 cpuset hierarchy");
    Path group = Files.createDirectory(cpuset.resolve("test-" + UUID.randomUUID()));
    try {
      new CpusetV1().set(group, Limits.NONE);
      new CpusetV1().verify(group, Limits.NONE);
      Process process = sh("echo 0 > " + group.resolve("tasks") + " && cat /proc/self/cgroup");
      assertThat(process.inputReader().lines()).anyMatch(l -> l.endsWith(group.getFileName() + ""));
      assertThat(exitCode(process)).isZero();
    } finally {
      Files.delete(group);
    }
  }

  private void killsTree(JobCgroup group, JobCgroup killed) throws Exception {
    Process init = run(group, "sleep 100 & setsid sh -c 'sleep 100 & sleep 100' & echo made; wait");
    assertThat(init.inputReader().readLine()).isEqualTo("made");
    killed.kill();
    drain(init);
    awaitEmpty(group);
    assertThat(exitCode(init)).isEqualTo(128 + 9);
    group.remove();
    assertThat(cgroups.jobs()).isEmpty();
  }

  private JobCgroup create(Limits limits) throws IOException {
    JobCgroup group = cgroups.create(UUID.randomUUID().toString(), limits);
    made.add(group);
    return group;
  }

  /** The same group on a host whose kernel has no cgroup.kill. */
  private static JobCgroup processByProcess(JobCgroup group) throws IOException {
    Path pids = parentOf(file(group, "pids.max"));
    return new JobDirectories(
        null, List.of(), List.of(), group.oomEvents(), null, null, pids, null, List.of());
  }

  /** Runs {@code script} in {@code group}, as what in a real job is its init. */
  static Process run(JobCgroup group, String script) throws IOException {
    StringBuilder joining = new StringBuilder();
    if (group.unified() != null) {
      joining.append("echo 0 > ").append(group.unified()).append("/cgroup.procs && ");
    }
    group.tasksFiles().forEach(tasks -> joining.append("echo 0 > ").append(tasks).append(" && "));
    return sh(joining + "{ " + script + "; }");
  }

  private static Process sh(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
  }

  static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(BOUND_SECONDS, SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Returns when every process that holds the output has closed it. */
  private static void drain(Process process) throws IOException {
    process.getInputStream().readAllBytes();
  }

  /** A process lets go of its files a moment before it leaves its group; the kernel tells. */
  static void awaitEmpty(JobCgroup group) throws Exception {
    Path unified = group.unified();
    if (unified == null || Files.notExists(unified)) {
      return;
    }
    try (WatchService watcher = unified.getFileSystem().newWatchService()) {
      unified.register(watcher, StandardWatchEventKinds.ENTRY_MODIFY);
      while (!Files.readAllLines(unified.resolve("cgroup.events")).contains("populated 0")) {
        var key = watcher.poll(BOUND_SECONDS, SECONDS);
        assertThat(key).as("the end of the processes in " + unified).isNotNull();
        key.reset();
      }
    }
  }

  private static Path file(JobCgroup group, String name) throws IOException {
    return anyFile(group, name);
  }

  /** The first of {@code names} that is in a directory of {@code group}. */
  static Path anyFile(JobCgroup group, String... names) throws IOException {
    Stream<Path> directories =
        Stream.concat(
            Stream.ofNullable(group.unified()),
            group.tasksFiles().stream().map(KernelCgroupsTest::parentOf));
    return directories
        .flatMap(directory -> Stream.of(names).map(directory::resolve))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  private static Path parentOf(Path path) {
    return path.resolveSibling("").normalize();
  }
}
