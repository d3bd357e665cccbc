package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupMountTest {
  @Test
  void findsCgroupMountsAmongOthersWhateverNumberOfTagsTheyHave() {
    assertThat(
            CgroupMount.parse(
                """
                22 27 0:21 / /proc rw,relatime - proc proc rw
                33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
                """))
        .containsExactly(
            new CgroupMount(
                Path.of("/sys/fs/cgroup/cpu,cpuacct"), "/", false, Set.of("rw", "cpu", "cpuacct")),
            new CgroupMount(Path.of("/sys/fs/cgroup/unified"), "/", true, Set.of("rw")));
  }

  @Test
  void knowsTheControllersOfAV1MountOnly() {
    CgroupMount both = legacy("/", "rw", "cpu", "cpuacct");
    assertThat(both.isLegacy("cpu")).isTrue();
    assertThat(both.isLegacy("cpuacct")).isTrue();
    assertThat(both.isLegacy("cpuset")).isFalse();
    assertThat(new CgroupMount(Path.of("/m"), "/", true, Set.of("cpu")).isLegacy("cpu")).isFalse();
  }

  @Test
  void decodesThePathsThatTheKernelEscapes() {
    CgroupMount mount =
        CgroupMount.parse("41 31 0:38 /a\\040b /mnt/c\\134d rw - cgroup2 none rw").getFirst();
    assertThat(mount.mountPoint()).isEqualTo(Path.of("/mnt/c\\d"));
    assertThat(mount.root()).isEqualTo("/a b");
  }

  @Test
  void theLastMountOnAPointIsTheOneThatIsSeen() {
    assertThat(
            CgroupMount.parse(
                """
                33 31 0:30 / /mnt rw - cgroup cgroup rw,cpu
                34 31 0:31 / /mnt rw - cgroup cgroup rw,pids
                """))
        .containsExactly(legacy("/", "rw", "pids"));
  }

  @Test
  void ignoresLinesThatAreCutShort() {
    assertThat(CgroupMount.parse("33 31 0:30 / /mnt rw - cgroup\n\n- - -\n")).isEmpty();
  }

  @Test
  void locatesGroupsBelowTheMountPoint() {
    assertThat(legacy("/", "cpu").locate("/")).contains(Path.of("/mnt"));
    assertThat(legacy("/", "cpu").locate("/a/b")).contains(Path.of("/mnt/a/b"));
  }

  @Test
  void locatesGroupsRelativeToTheGroupThatAContainersMountShows() {
    CgroupMount container = legacy("/docker/1f", "cpu");
    assertThat(container.locate("/docker/1f")).contains(Path.of("/mnt"));
    assertThat(container.locate("/docker/1f/a")).contains(Path.of("/mnt/a"));
  }

  @Test
  void doesNotLocateGroupsThatTheMountDoesNotShow() {
    CgroupMount container = legacy("/docker/1f", "cpu");
    assertThat(container.locate("/docker/1fee")).isEmpty();
    assertThat(container.locate("/")).isEmpty();
    assertThat(legacy("/", "cpu").locate("/../other")).isEmpty();
  }

  private static CgroupMount legacy(String root, String... options) {
    return new CgroupMount(Path.of("/mnt"), root, false, Set.of(options));
  }
}
