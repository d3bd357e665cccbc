package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenureTest {
  private static final long SELF = ProcessHandle.current().pid();

  @TempDir Path directory;
  private Path own;

  @BeforeEach
  void makeGroups() throws IOException {
    Path above = HostTree.group(directory.resolve("above"), "cgroup.procs", "");
    own = HostTree.group(above.resolve("own"), "cgroup.type", "domain\n");
    members();
  }

  private void members(Object... processes) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Object process : processes) {
      lines.append(process).append('\n');
    }
    HostTree.group(own, "cgroup.procs", lines.toString());
  }

  @Test
  void theRootHasNoType() throws IOException {
    members(1, 2, SELF);
    Files.delete(own.resolve("cgroup.type"));
    assertThat(Tenure.of(own)).isEqualTo(new Tenure.Root());
  }

  @Test
  void aGroupWithoutProcessesIsVacant() throws IOException {
    assertThat(Tenure.of(own)).isEqualTo(new Tenure.Vacant());
  }

  @Test
  void aProcessIsAloneWithWhatItStarted() throws Exception {
    Process child = new ProcessBuilder("sleep", "100").start();
    try {
      members(SELF, child.pid());
      assertThat(Tenure.of(own)).isEqualTo(new Tenure.Alone());
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void whereOthersAreTheyAreNamed() throws IOException {
    members(1, SELF, 2);
    assertThat(Tenure.of(own)).isEqualTo(new Tenure.Shared(List.of(1L, 2L)));
  }

  @Test
  void aGroupWithoutOneAboveItIsTheRootOfANamespace() throws IOException {
    members(1, SELF);
    Files.delete(own.resolve("../cgroup.procs"));
    assertThat(Tenure.of(own))
        .isEqualTo(new Tenure.Delegated("the root of a cgroup namespace, as of a container"));
  }

  @Test
  void aGroupThatSystemdHasMarkedIsDelegated() throws IOException {
    members(1, SELF);
    assumeTrue(
        Files.getFileStore(own).supportsFileAttributeView(UserDefinedFileAttributeView.class),
        "needs temporary files with extended attributes");
    HostTree.delegate(own);
    assertThat(Tenure.of(own)).isEqualTo(new Tenure.Delegated("delegated by systemd"));
  }

  @Test
  void aSharedGroupIsRefusedBeforeAnythingIsMade() throws IOException {
    members(1, SELF);
    UnifiedHierarchy hierarchy =
        UnifiedHierarchy.of(own, Set.of(Resource.PIDS), directory.resolve("swaps"), Disks.HOST);
    assertThatThrownBy(hierarchy::require)
        .isInstanceOf(IOException.class)
        .hasMessage(
            "hand controllers down from "
                + own
                + ": "
                + own
                + " is shared with processes [1], which are not jobd's to move; "
                + Tenure.WAY_OUT);
  }

  @Test
  void whereNothingIsLimitedItDoesNotMatterWhoIsThere() throws IOException {
    members(1, SELF);
    UnifiedHierarchy.of(own, Set.of(), directory.resolve("swaps"), Disks.HOST).require();
  }
}
