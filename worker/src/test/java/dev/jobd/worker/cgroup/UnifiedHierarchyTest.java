package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnifiedHierarchyTest {
  private static final String ENABLED = "cgroup.subtree_control";

  @TempDir Path directory;
  private Path own;
  private InstanceGroup instance;
  private UnifiedHierarchy hierarchy;

  @BeforeEach
  void makeHierarchy() throws IOException {
    own = HostTree.group(directory.resolve("own"), ENABLED, "", "cgroup.procs", "");
    instance = InstanceGroup.of(own, "test");
    HostTree.group(instance.common(), ENABLED, "");
    HostTree.group(instance.directory(), ENABLED, "");
    hierarchy = of(own, EnumSet.complementOf(EnumSet.of(Resource.CPUACCT, Resource.FREEZER)));
  }

  private UnifiedHierarchy of(Path group, Set<Resource> resources) {
    return UnifiedHierarchy.of(group, resources, directory.resolve("swaps"), Disks.HOST);
  }

  @Test
  void handsControllersDownToTheInstance() throws IOException {
    hierarchy.prepare(instance);
    for (Path group : new Path[] {own, instance.common(), instance.directory()}) {
      assertThat(group.resolve(ENABLED)).hasContent("+cpu +memory +pids +io +cpuset");
    }
  }

  @Test
  void handsDownOnlyWhatIsMissing() throws IOException {
    Files.writeString(own.resolve(ENABLED), "cpu cpuset io pids memory\n");
    Files.writeString(instance.directory().resolve(ENABLED), "\n");
    hierarchy.prepare(instance);
    assertThat(own.resolve(ENABLED)).hasContent("cpu cpuset io pids memory\n");
  }

  @Test
  void withoutControllersNothingIsTouched() throws IOException {
    Path plain = HostTree.group(directory.resolve("plain"), "cgroup.type", "domain");
    of(plain, Set.of()).prepare(InstanceGroup.of(plain, "test"));
    assertThat(plain).isDirectoryNotContaining("glob:**jobd-server");
  }

  @Test
  void theRootMayHoldProcessesAndIsNotEmptied() throws IOException {
    Files.writeString(own.resolve("cgroup.procs"), "1\n2\n");
    hierarchy.prepare(instance);
    assertThat(own).isDirectoryNotContaining("glob:**jobd-server");
  }

  @Test
  void aGroupThatIsEmptyNeedsNoLeaf() throws IOException {
    HostTree.group(own, "cgroup.type", "domain\n");
    hierarchy.prepare(instance);
    assertThat(own).isDirectoryNotContaining("glob:**jobd-server");
  }

  @Test
  void refusesToHandDownFromAGroupThatCannotBeEmptied() throws IOException {
    HostTree.group(own, "cgroup.type", "domain\n", "cgroup.procs", "71\n72\n");
    HostTree.group(own.resolve("jobd-server"), "cgroup.procs", "");
    assertThatThrownBy(() -> hierarchy.prepare(instance))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "move every process of "
                + own
                + " to "
                + own.resolve("jobd-server")
                + ": [71, 72] stay behind");
    assertThat(own.resolve(ENABLED)).isEmptyFile();
  }

  @Test
  void aServerInTheLeafOwnsTheGroupAboveIt() {
    assertThat(UnifiedHierarchy.ownGroup("/a/jobd-server")).isEqualTo("/a");
    assertThat(UnifiedHierarchy.ownGroup("/jobd-server")).isEmpty();
    assertThat(UnifiedHierarchy.ownGroup("/a/not-jobd-server")).isEqualTo("/a/not-jobd-server");
  }
}
