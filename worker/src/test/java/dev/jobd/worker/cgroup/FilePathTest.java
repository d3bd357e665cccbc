package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePathTest {
  @TempDir Path temporary;
  private Path directory;
  private final List<Mount> mounts = new ArrayList<>();

  @BeforeEach
  void makeTree() throws IOException {
    directory = Files.createDirectories(temporary.toRealPath().resolve("d"));
    Files.createDirectories(directory.resolve("a/b"));
    Files.createFile(directory.resolve("a/b/file"));
    mount("/", "8:1", "ext4");
  }

  @Test
  void leadsWhereTheKernelSays() throws IOException {
    link("absolute", directory.resolve("a").toString());
    link("a/relative", "../absolute/b/.");
    link("a/b/up", "..");
    for (String path :
        List.of("a/b/file", "absolute/b/file", "a/relative/file", "a/b/up/./relative/up/b/file")) {
      Path given = directory.resolve(path);
      assertThat(follow(given).path()).as(path).isEqualTo(given.toRealPath());
    }
    assertThat(follow(Path.of("/../..")).path()).isEqualTo(Path.of("/"));
  }

  @Test
  void refusesALinkIntoAMountThatWaitsForSomebodyAndWhatIsBehindIt() throws IOException {
    mount(directory.resolve("a/b").toString(), "0:50", "fuse");
    link("link", "a/b");
    link("around", "a/b/../b/..");
    for (String path : List.of("a/b", "a/b/no/such", "link", "link/file", "around", "a/b/..")) {
      assertThatThrownBy(() -> follow(directory.resolve(path)))
          .as(path)
          .isInstanceOf(FileSystemException.class)
          .hasMessageEndingWith("its file system (fuse) does not tell its disk");
    }
    assertThat(follow(directory.resolve("a")).path()).isEqualTo(directory.resolve("a"));
  }

  @Test
  void theLastOfTheMountsAtOnePlaceIsWhatIsThere() throws IOException {
    String point = directory.resolve("a").toString();
    mount(point, "0:50", "nfs4");
    mount(point, "8:2", "xfs");
    assertThat(follow(directory.resolve("a/b")).mount().number()).isEqualTo("8:2");
  }

  @Test
  void theNamespacesOfOthersAreNoWay() throws IOException {
    mount("/proc", "0:21", "proc");
    link("own", "/proc/self/root");
    for (Path path : List.of(Path.of("/proc/self/root/tmp"), directory.resolve("own/tmp"))) {
      assertThatThrownBy(() -> follow(path)).hasMessageContaining("(proc)");
    }
  }

  @Test
  void linksThatLeadToEachOtherEndSomewhere() throws IOException {
    link("one", "two");
    link("two", "one");
    assertThatThrownBy(() -> follow(directory.resolve("one")))
        .hasMessageEndingWith("it leads through more than 1024 names and links");
    link("more", "a/../".repeat(100) + "more");
    assertThatThrownBy(() -> follow(directory.resolve("more")))
        .hasMessageEndingWith("it leads through more than 1024 names and links");
  }

  @Test
  void whatIsNotThereIsSaidByTheKernel() {
    for (String path : List.of("a/nothing", "a/b/file/nothing")) {
      assertThatThrownBy(() -> follow(directory.resolve(path)))
          .as(path)
          .isInstanceOf(NoSuchFileException.class);
    }
  }

  private FilePath follow(Path path) throws IOException {
    return FilePath.of(path, mounts);
  }

  private void link(String name, String target) throws IOException {
    Files.createSymbolicLink(directory.resolve(name), Path.of(target));
  }

  private void mount(String point, String number, String type) {
    mounts.add(new Mount(Path.of(point), number, "/", type, "none", List.of()));
  }
}
