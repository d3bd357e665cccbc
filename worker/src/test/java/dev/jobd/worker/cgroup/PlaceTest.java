package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlaceTest {
  @TempDir Path directory;
  private HostTree host;
  private Path unified;

  @BeforeEach
  void makeHost() throws IOException {
    host = new HostTree(directory);
    unified = HostTree.group(host.mountV2("/"), "cgroup.procs", "");
  }

  @Test
  void atTheRootItWasStartedByHand() throws IOException {
    assertThat(place(unified)).isEqualTo(new Place.Hand(unified));
  }

  @Test
  void aGroupThatIsNotTheRootAndHasNoneAboveItIsAContainers() throws IOException {
    Path own = HostTree.group(directory.resolve("sys/a.service"), "cgroup.type", "domain\n");
    assertThat(place(own)).isEqualTo(new Place.Container(own));
  }

  @Test
  void aGroupInAUnitIsSystemdsWhoeverIsInIt() throws IOException {
    Path service = group("system.slice/jobd.service");
    assertThat(place(service)).isEqualTo(new Place.Unit("jobd.service", false));
    assertThat(place(group("system.slice/jobd.service/below")))
        .isEqualTo(new Place.Unit("jobd.service", false));
    assertThat(place(group("user.slice/user-0.slice/session-3.scope")).words())
        .isEqualTo("under systemd in session-3.scope, not marked with Delegate=");
  }

  @Test
  void aUnitIsDelegatedWhereSystemdSaysSoAndALeafOfIt() throws IOException {
    assumeTrue(
        Files.getFileStore(unified).supportsFileAttributeView(UserDefinedFileAttributeView.class),
        "needs temporary files with extended attributes");
    HostTree.delegate(group("system.slice/jobd.service"));
    assertThat(place(group("system.slice/jobd.service/leaf")).words())
        .isEqualTo("under systemd in jobd.service, with Delegate=");
  }

  private Path group(String path) throws IOException {
    Path group = unified;
    for (Path name : Path.of(path)) {
      group = HostTree.group(group.resolve(name), "cgroup.type", "domain\n", "cgroup.procs", "");
    }
    return group;
  }

  private Place place(Path own) throws IOException {
    UnifiedHierarchy hierarchy =
        UnifiedHierarchy.of(own, Set.of(), directory.resolve("swaps"), Disks.HOST);
    return Place.of(hierarchy, Membership.parse(""));
  }
}
