package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirectoryTest {
  private static final int NOBODY = 65_534;

  private final Path root;

  StateDirectoryTest(@TempDir Path temporary) {
    root = temporary.resolve("state");
  }

  @Test
  void isClosedToOthersAlsoWhereItWasThere() throws Exception {
    Files.createDirectories(root.resolve("jobs"));
    permit(root, "rwxr-xr-x");
    permit(root.resolve("jobs"), "rwxr-xr-x");

    StateDirectory.open(root, new HeardLogger()).close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("jobs"))))
        .isEqualTo("rwx------");
  }

  @Test
  void isNotTakenFromSomebodyElse() throws Exception {
    Files.createDirectory(root);
    assumeTrue(giveAway(root), "needs root: gives a directory to another user");

    assertRefused("belongs to ");
  }

  @Test
  void isNotTakenWhereOthersMayHavePutLinks() throws Exception {
    Files.createDirectory(root);
    permit(root, "rwxrwxrwx");

    assertRefused("can be written to by others");
  }

  @Test
  void remembersWhereCgroupsWereMade() throws Exception {
    try (StateDirectory state = StateDirectory.open(root, new HeardLogger())) {
      assertThat(state.cgroupPlaces()).isEmpty();
      List<Path> places = List.of(Path.of("/x", state.instance()), Path.of("/y", state.instance()));
      state.keepCgroupPlaces(places);
      assertThat(state.cgroupPlaces()).isEqualTo(places);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc", "relative/INSTANCE", "/x/../INSTANCE"})
  void aPlaceThatCannotBeItsOwnIsRefused(String line) throws Exception {
    try (StateDirectory state = StateDirectory.open(root, new HeardLogger())) {
      String place = line.replace("INSTANCE", state.instance());
      Path file = Files.writeString(root.resolve("cgroups"), place + "\n");
      assertThatThrownBy(state::cgroupPlaces)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(file + " is damaged: '" + place + "' is no directory of ");
    }
  }

  @Test
  void jobsAreNotKeptBehindALink() throws Exception {
    Files.createDirectory(root);
    Files.createSymbolicLink(root.resolve("jobs"), Path.of("/"));

    assertThatThrownBy(() -> StateDirectory.open(root, new HeardLogger()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void itsInstanceIsMadeUpOnce() throws Exception {
    Files.createDirectory(root);
    Files.writeString(root.resolve("instance.tmp"), "left by a crash");
    String instance = instanceOf(root);

    assertThat(instance).matches("[0-9a-f]{8}");
    assertThat(instanceOf(root)).isEqualTo(instance);
    assertThat(root.resolve("instance")).hasContent(instance);
    assertThat(root.resolve("instance.tmp")).doesNotExist();
  }

  @Test
  void leavesNothingWhereItIsTakenBackBeforeAnyRecord() throws Exception {
    StateDirectory state = StateDirectory.open(root, new HeardLogger());
    state.keepCgroupPlaces(List.of(Path.of("/x", state.instance())));

    state.takeBack();

    assertThat(root).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jobs.db", "jobs.db-wal", "jobs/1", "another's"})
  void isNotTakenBackWhereAnotherWorkerHasKeptSomething(String kept) throws Exception {
    StateDirectory state = StateDirectory.open(root, new HeardLogger());
    String instance = state.instance();
    Files.createFile(root.resolve(kept));

    state.takeBack();

    assertThat(root.resolve(kept)).exists();
    assertThat(instanceOf(root)).as("can be opened again").isEqualTo(instance);
  }

  @Test
  void isNotTakenBackWhereItWasThereBefore() throws Exception {
    Files.createDirectory(root);

    StateDirectory.open(root, new HeardLogger()).takeBack();

    assertThat(root).exists();
  }

  private static String instanceOf(Path root) throws IOException {
    try (StateDirectory state = StateDirectory.open(root, new HeardLogger())) {
      return state.instance();
    }
  }

  private void assertRefused(String why) throws IOException {
    assertThatThrownBy(() -> StateDirectory.open(root, new HeardLogger()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("state directory " + root + " " + why);
    try (var entries = Files.list(root)) {
      assertThat(entries).isEmpty();
    }
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static boolean giveAway(Path path) {
    try {
      Files.setAttribute(path, "unix:uid", NOBODY);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
