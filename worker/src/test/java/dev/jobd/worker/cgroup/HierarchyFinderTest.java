package dev.jobd.worker.cgroup;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HierarchyFinderTest {
  @TempDir Path directory;
  private HostTree host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new HostTree(directory);
  }

  @Test
  void findsV1ControllersEachInItsOwnHierarchy() throws IOException {
    Path cpu = host.mountV1("cpu", "/");
    Path memory = host.mountV1("memory", "/x");
    Path pids = host.mountV1("pids", "/");
    Path freezer = host.mountV1("freezer", "/");
    host.mountV1("devices", "/");
    assertThat(limits())
        .isEqualTo(
            Map.of(
                freezer,
                Set.of(Resource.FREEZER),
                cpu,
                Set.of(Resource.CPU),
                memory.resolve("x"),
                Set.of(Resource.MEMORY),
                pids,
                Set.of(Resource.PIDS)));
  }

  @Test
  void findsControllersThatShareAHierarchy() throws IOException {
    Path both = host.mountV1("cpu,cpuacct", "/");
    Path others = host.mountV1("pids,memory", "/");
    assertThat(limits())
        .isEqualTo(
            Map.of(
                both,
                Set.of(Resource.CPU, Resource.CPUACCT),
                others,
                Set.of(Resource.MEMORY, Resource.PIDS)));
  }

  @Test
  void setsCpusetWhereItSharesAHierarchy() throws IOException {
    host.mountV1("cpuset,cpu", "/");
    host.mountV1("memory,pids", "/");
    assertThat(HierarchyFinder.find(host.proc(), Disks.HOST).getFirst().controllers())
        .containsExactly(new CpuV1(), new CpusetV1());
  }

  @Test
  void tracksInTheUnifiedTreeWhereV1LimitsAll() throws IOException {
    host.mountV1("cpu,memory,pids", "/");
    Path unified = HostTree.group(host.mountV2("/"), "cgroup.controllers", "hugetlb\n");
    assertThat(limits()).containsEntry(unified, Set.of());
    assertThat(HierarchyFinder.find(host.proc(), Disks.HOST).getFirst().own()).isEqualTo(unified);
  }

  @Test
  void limitsThroughV2WhatV1DoesNotHave() throws IOException {
    host.mountV1("cpu,cpuacct", "/");
    Path unified = HostTree.group(host.mountV2("/"), "cgroup.controllers", "io memory pids\n");
    assertThat(limits())
        .containsEntry(unified, Set.of(Resource.IO, Resource.MEMORY, Resource.PIDS));
  }

  @Test
  void takesTheParentOfTheLeafThatAnEarlierOpenMade() throws IOException {
    Path own =
        HostTree.group(
            host.mountV2("/s.slice/jobd.service/jobd-server").resolve("s.slice/jobd.service"),
            "cgroup.controllers",
            "cpu memory pids\n");
    assertThat(limits()).containsOnlyKeys(own);
  }

  @Test
  void seesThroughAContainersMount() throws IOException {
    Path all = host.mountV1("cpu,memory,pids", "/docker/1f", "/docker/1f/server");
    assertThat(limits()).containsOnlyKeys(all.resolve("server"));
  }

  @Test
  void refusesAControllerThatIsNowhereAndSaysWhereItLookedAndWhatToDo() throws IOException {
    host.mountV1("cpu", "/");
    Path unified = HostTree.group(host.mountV2("/"), "cgroup.controllers", "pids io\n");
    assertThatThrownBy(() -> HierarchyFinder.find(host.proc(), Disks.HOST))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "find the memory controller: "
                + host.proc().mountinfo()
                + " lists no cgroup v1 mount with it, and "
                + unified.resolve("cgroup.controllers")
                + " lists only [io, pids]; mount it, hand it down to the server's group ("
                + Tenure.WAY_OUT
                + "), or boot without cgroup_disable=memory");
  }

  @Test
  void refusesAHostWithoutAnyCgroupMount() {
    assertThatThrownBy(() -> HierarchyFinder.find(host.proc(), Disks.HOST))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("find the cpu controller")
        .hasMessageContaining("no cgroup2 mount shows the server's group");
  }

  @Test
  void refusesAMountThatDoesNotShowTheServersGroup() throws IOException {
    Path cpu = host.mountV1("cpu", "/docker/1f", "/elsewhere");
    assertThatThrownBy(() -> HierarchyFinder.find(host.proc(), Disks.HOST))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the server's group /elsewhere for it")
        .hasMessageContaining("is outside what [" + cpu + "] shows");
  }

  @Test
  void namesTheFileThatCannotBeRead() {
    ProcFiles none = new ProcFiles(directory.resolve("none"), directory, directory);
    assertThatThrownBy(() -> HierarchyFinder.find(none, Disks.HOST))
        .isInstanceOf(IOException.class)
        .hasMessage("read " + directory.resolve("none") + ": No such file or directory");
  }

  private Map<Path, Set<Resource>> limits() throws IOException {
    return HierarchyFinder.find(host.proc(), Disks.HOST).stream()
        .collect(toMap(Hierarchy::own, Hierarchy::resources));
  }
}
