package dev.jobd.worker.cgroup;

import static dev.jobd.worker.cgroup.HostLimits.HELP;
import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.cgroup.HostReport.Finding;
import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostCgroupsTest {
  private static final Limits PIDS = new Limits(null, null, 5L, null, null);

  @TempDir Path directory;
  private HostTree host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new HostTree(directory);
  }

  @Test
  void onV1AJobJoinsEachHierarchyOnceByItsTasksFile() throws IOException {
    Path cpu = host.mountV1("cpu,cpuacct", "/");
    Path others = host.mountV1("memory,pids", "/own");
    Files.createDirectory(others.resolve("own"));
    Cgroups cgroups = open();
    assertThat(cgroups.mode()).isEqualTo("v1");
    JobCgroup job = cgroups.create("a", Limits.NONE);
    Path otherGroup = others.resolve("own/jobd/test/a");
    assertThat(job.unified()).isNull();
    assertThat(job.tasksFiles())
        .containsExactly(cpu.resolve("jobd/test/a/tasks"), otherGroup.resolve("tasks"));
    assertThat(job.oomEvents()).isEqualTo(otherGroup.resolve("memory.oom_control"));
    assertThat(otherGroup).isEmptyDirectory();
  }

  @Test
  void onV2AJobIsBornInItsOneGroup() throws IOException {
    Path group = v2().resolve("jobd/test/a");
    Cgroups cgroups = open();
    assertThat(cgroups.mode()).isEqualTo("v2");
    JobCgroup job = cgroups.planned("a", Limits.NONE);
    assertThat(job.unified()).isEqualTo(group);
    assertThat(job.tasksFiles()).isEmpty();
    assertThat(job.oomEvents()).isEqualTo(group.resolve("memory.events"));
  }

  @Test
  void onAHybridHostAJobIsBornInTheUnifiedTreeAndJoinsTheOthers() throws IOException {
    Path limiting = host.mountV1("cpu,memory,pids", "/");
    Path unified = HostTree.group(host.mountV2("/"), "cgroup.controllers", "hugetlb\n");
    Cgroups cgroups = open();
    assertThat(cgroups.mode()).isEqualTo("hybrid");
    JobCgroup job = cgroups.create("a", Limits.NONE);
    assertThat(job.unified()).isEqualTo(unified.resolve("jobd/test/a"));
    assertThat(job.tasksFiles()).containsExactly(limiting.resolve("jobd/test/a/tasks"));
    assertThat(cgroups.existing("a")).isEqualTo(job);
  }

  @Test
  void whereALimitCannotBeAppliedNothingIsLeft() throws IOException {
    Path cpu = host.mountV1("cpu", "/");
    Path others = host.mountV1("memory,pids", "/");
    Cgroups cgroups = open();
    assertThatThrownBy(() -> cgroups.create("a", PIDS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("write 6 to " + others.resolve("jobd/test/a/pids.max"))
        .hasNoSuppressedExceptions();
    assertThat(cpu.resolve("jobd/test")).isEmptyDirectory();
    assertThat(others.resolve("jobd/test")).isEmptyDirectory();
  }

  @Test
  void aGroupThatIsThereAlreadyIsRefusedAndKept() throws IOException {
    host.mountV1("cpu", "/");
    Path others = host.mountV1("memory,pids", "/");
    Cgroups cgroups = open();
    cgroups.create("a", Limits.NONE);
    assertThatThrownBy(() -> cgroups.create("a", Limits.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("jobd/test/a: File exists");
    assertThat(others.resolve("jobd/test/a")).isDirectory();
    assertThat(cgroups.jobs()).containsExactly("a");
  }

  @Test
  void listsJobsThatHaveAPartOfAGroupAnywhere() throws IOException {
    Path cpu = host.mountV1("cpu", "/");
    Path others = host.mountV1("memory,pids", "/");
    Cgroups cgroups = open();
    cgroups.create("b", Limits.NONE);
    Files.createDirectory(cpu.resolve("jobd/test/a"));
    Files.createDirectory(others.resolve("jobd/test/c"));
    Files.createFile(others.resolve("jobd/test/tasks"));
    Files.createDirectory(others.resolve("jobd/test/no.job"));
    assertThat(cgroups.jobs()).containsExactly("a", "b", "c");
    cgroups.existing("a").remove();
    cgroups.existing("b").remove();
    cgroups.existing("c").remove();
    assertThat(cgroups.jobs()).isEmpty();
  }

  @Test
  void closingRemovesWhatNoJobIsLeftIn() throws IOException {
    Path all = host.mountV1("cpu,memory,pids", "/");
    Cgroups cgroups = open();
    Cgroups other = HostCgroups.open("other", host.proc(), List.of());
    cgroups.create("a", Limits.NONE);
    cgroups.close();
    assertThat(all.resolve("jobd/test/a")).isDirectory();
    cgroups.existing("a").remove();
    cgroups.close();
    assertThat(all.resolve("jobd")).isDirectoryContaining("glob:**other");
    other.close();
    assertThat(all).isEmptyDirectory();
  }

  @Test
  void groupsThatAServerInAnotherGroupMadeAreFoundRemovedAndThenForgotten() throws IOException {
    Path all = host.mountV1("cpu,memory,pids", "/");
    Path session = Files.createDirectory(all.resolve("session"));
    Cgroups earlier = HostCgroups.open("test", inGroup("/session"), List.of());
    earlier.create("a", Limits.NONE);
    Cgroups cgroups = HostCgroups.open("test", host.proc(), earlier.places());
    cgroups.create("b", Limits.NONE);
    assertThat(cgroups.jobs()).containsExactly("a", "b");
    assertThat(cgroups.places())
        .containsExactly(all.resolve("jobd/test"), session.resolve("jobd/test"));
    cgroups.existing("a").remove();
    cgroups.close();
    assertThat(session).isEmptyDirectory();
    cgroups = HostCgroups.open("test", host.proc(), cgroups.places());
    assertThat(cgroups.places()).containsExactly(all.resolve("jobd/test"));
    assertThat(cgroups.jobs()).containsExactly("b");
  }

  @Test
  void anOpenThatFailsLeavesNothing() throws IOException {
    Path cpu = host.mountV1("cpu", "/");
    host.mountV1("memory,pids", "/gone");
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("memory,pids/gone/jobd: No such file or directory");
    assertThat(cpu).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../x", "a/b", "cgroup.procs", "-a", "a\nb"})
  void refusesNamesThatAreNoGroups(String name) throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Cgroups cgroups = open();
    assertThatThrownBy(() -> cgroups.create(name, Limits.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("job must match");
    assertThatThrownBy(() -> cgroups.existing(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> HostCgroups.open(name, host.proc(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("instance must match");
  }

  @Test
  void reportsWhereEachLimitIsEnforced() throws IOException {
    Path cpu = host.mountV1("cpu", "/");
    Path others = host.mountV1("memory,pids", "/");
    HostReport report = open().report();
    assertThat(report.mode()).isEqualTo("v1");
    assertThat(report.findings())
        .containsExactly(
            new Finding("place", true, "in a container: no group is to be seen above " + cpu),
            new Finding("cpu", true, "cgroup v1 in " + cpu),
            new Finding("memory", true, "cgroup v1 in " + others),
            new Finding(
                "swap",
                true,
                "there is no memory.memsw.limit_in_bytes to bound it, but none is on"),
            new Finding("pids", true, "cgroup v1 in " + others),
            new Finding("blkio", false, "the server's group has no such controller; " + HELP),
            new Finding("cpuset", false, "the server's group has no such controller; " + HELP),
            new Finding(
                "io weight",
                false,
                "cannot be enforced on this host: the server's group has no blkio controller; "
                    + HELP
                    + ", or do without"),
            new Finding("kill", true, "process by process, after forks are forbidden by pids.max"));
  }

  @Test
  void reportsThatItWasStartedByHandAtTheRootOfV1() throws IOException {
    Path cpu = HostTree.group(host.mountV1("cpu", "/"), "release_agent", "");
    host.mountV1("memory,pids", "/");
    assertThat(open().report().findings())
        .contains(new Finding("place", true, "by hand, in " + cpu));
  }

  @Test
  void reportsTheUnitThatSystemdOfV1HasItIn() throws IOException {
    HostTree.group(host.mountV1("cpu,memory,pids", "/"), "release_agent", "");
    host.mountV1("name=systemd", "/system.slice/jobd.service");
    assertThat(open().report().findings())
        .contains(
            new Finding("place", true, "under systemd in jobd.service, not marked with Delegate="));
  }

  @Test
  void reportsWhereItIsBesideV1Limits() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Path unified = host.mountV2("/user.slice/a");
    Path own = HostTree.group(unified.resolve("user.slice/a"), "cgroup.type", "domain\n");
    HostTree.group(own, "cgroup.controllers", "");
    HostTree.group(unified.resolve("user.slice"), "cgroup.procs", "");
    assertThat(open().report().findings())
        .contains(new Finding("place", true, "by hand, in " + own));
  }

  @Test
  void reportsWhatV1DoesNotThrottleAndWhereItFreezes() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Path io = host.mountV1("blkio", "/");
    Path freezer = host.mountV1("freezer", "/");
    assertThat(open().report().findings())
        .contains(
            new Finding(
                "blkio",
                true,
                "cgroup v1 in "
                    + io
                    + "; reads, and writes that a job waits for: what it leaves in the page cache"
                    + " is written under no bound"),
            new Finding(
                "kill",
                true,
                "frozen in "
                    + freezer
                    + ", then process by process, after forks are forbidden by pids.max"));
  }

  @Test
  void onlyAJobThatAsksForProcessorsGetsAGroupForThem() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Path cpuset =
        HostTree.group(host.mountV1("cpuset", "/"), "cpuset.cpus", "0-3\n", "cpuset.mems", "0\n");
    Path instance = cpuset.resolve("jobd/test");
    for (Path group : List.of(cpuset.resolve("jobd"), instance)) {
      HostTree.group(group, "cpuset.cpus", "", "cpuset.mems", "");
    }
    Cgroups cgroups = open();
    assertThat(instance.resolve("cpuset.cpus")).hasContent("0-3");
    Limits asked = Limits.builder().cpuset(new CpuSet("1")).build();
    assertThat(cgroups.planned("a", Limits.NONE).tasksFiles()).hasSize(1);
    assertThat(cgroups.planned("a", asked).tasksFiles())
        .contains(instance.resolve("a/tasks"))
        .hasSize(2);
    cgroups.create("a", Limits.NONE);
    assertThat(instance.resolve("a")).doesNotExist();
    cgroups.existing("a").remove();
  }

  @Test
  void aFreezerIsOnlyUsedWhereNoUnifiedTreeKills() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Path freezer = host.mountV1("freezer", "/");
    assertThat(open().planned("a", Limits.NONE).tasksFiles())
        .contains(freezer.resolve("jobd/test/a/tasks"));
    HostTree.group(host.mountV2("/"), "cgroup.controllers", "");
    assertThat(open().planned("a", Limits.NONE).tasksFiles()).hasSize(1);
  }

  @Test
  void processorTimeThatIsCountedApartHasAGroupWhereNoUnifiedTreeCounts() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Path counting = host.mountV1("cpuacct", "/");
    assertThat(open().planned("a", Limits.NONE).tasksFiles())
        .contains(counting.resolve("jobd/test/a/tasks"));
    HostTree.group(host.mountV2("/"), "cgroup.controllers", "");
    assertThat(open().planned("a", Limits.NONE).tasksFiles()).hasSize(1);
  }

  @Test
  void whatThisHostCannotEnforceIsRefusedByItsName() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Cgroups cgroups = open();
    assertRefused(
        "limits.cpuset",
        () -> cgroups.enforceable(Limits.builder().cpuset(new CpuSet("0")).build(), directory));
    assertRefused(
        "limits.io_weight",
        () -> cgroups.enforceable(Limits.builder().ioWeight(100L).build(), directory));
    assertRefused(
        "limits.io",
        () ->
            cgroups.enforceable(
                Limits.builder().io(List.of(new IoLimit(null, 4096L, null, null, null))).build(),
                directory));
    assertRefused(
        "limits.swap_bytes",
        () -> cgroups.enforceable(Limits.builder().swapBytes(0L).build(), directory));
  }

  @Test
  void processorsThatTheHostDoesNotHaveAreRefused() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Path cpuset =
        HostTree.group(host.mountV1("cpuset", "/"), "cpuset.cpus", "0-3\n", "cpuset.mems", "0\n");
    for (Path group : List.of(cpuset.resolve("jobd"), cpuset.resolve("jobd/test"))) {
      HostTree.group(group, "cpuset.cpus", "", "cpuset.mems", "");
    }
    Cgroups cgroups = open();
    Limits some = Limits.builder().cpuset(new CpuSet("3")).build();
    assertThat(cgroups.enforceable(some, directory)).isEqualTo(some);
    assertThatThrownBy(
            () ->
                cgroups.enforceable(Limits.builder().cpuset(new CpuSet("3-4")).build(), directory))
        .hasMessage(
            "limits.cpuset: must be among the processors that jobs may have here, 0-3, was 3-4");
  }

  @Test
  void reportsWhatIsKilledAndHeldByAFileOfTheKernels() throws IOException {
    Path own = v2();
    HostTree.group(own.resolve("jobd/test"), "cgroup.kill", "", "memory.swap.max", "");
    assertThat(open().report().findings())
        .contains(
            new Finding("swap", true, "bounded by memory.swap.max"),
            new Finding("kill", true, "cgroup.kill in " + own));
  }

  @Test
  void reportsSwapThatCannotBeBounded() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    host.swapOn();
    assertThat(open().report().findings())
        .contains(
            new Finding(
                "swap",
                false,
                "there is no memory.memsw.limit_in_bytes to bound it, so jobs with a memory"
                    + " limit are refused while swap is on; boot with swapaccount=1, or turn swap"
                    + " off"));
  }

  private Cgroups open() throws IOException {
    return HostCgroups.open("test", host.proc(), List.of());
  }

  /** This host as a server sees it that is in {@code group}. */
  private ProcFiles inGroup(String group) throws IOException {
    Path cgroup = Files.createTempFile(directory, "cgroup", "");
    Files.writeString(
        cgroup, Files.readString(host.proc().cgroup()).replaceAll("(?m):[^:]*$", ":" + group));
    return new ProcFiles(host.proc().mountinfo(), cgroup, host.proc().swaps());
  }

  /** A v2 root in which every controller has been handed down. */
  private Path v2() throws IOException {
    Path own = host.mountV2("/");
    String all = "cpu memory pids\n";
    HostTree.group(own, "cgroup.controllers", all, "cgroup.subtree_control", all);
    HostTree.group(own.resolve("jobd"), "cgroup.subtree_control", all);
    HostTree.group(own.resolve("jobd/test"), "cgroup.subtree_control", all);
    return own;
  }
}
