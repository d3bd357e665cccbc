package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;

/** A directory that stands for a host: its account in /proc, and its cgroup mounts. */
final class HostTree {
  private final Path root;

  HostTree(Path root) throws IOException {
    this.root = root;
    for (String file : new String[] {"mountinfo", "cgroup", "swaps"}) {
      Files.createFile(root.resolve(file));
    }
    append("swaps", "Filename Type Size Used Priority");
    append("mountinfo", "22 27 0:21 / /proc rw,relatime - proc proc rw");
  }

  ProcFiles proc() {
    return new ProcFiles(root.resolve("mountinfo"), root.resolve("cgroup"), root.resolve("swaps"));
  }

  /** Mounts a v1 hierarchy of {@code controllers}, the server being in {@code own}. */
  Path mountV1(String controllers, String own) throws IOException {
    return mountV1(controllers, "/", own);
  }

  /** As above, showing only what is in the group {@code shown}. */
  Path mountV1(String controllers, String shown, String own) throws IOException {
    append("cgroup", "4:" + controllers + ":" + own);
    return mount(controllers, shown, "cgroup cgroup rw," + controllers);
  }

  /** Mounts the v2 hierarchy, the server being in {@code own}. */
  Path mountV2(String own) throws IOException {
    append("cgroup", "0::" + own);
    return mount("unified", "/", "cgroup2 cgroup2 rw,nsdelegate");
  }

  void swapOn() throws IOException {
    append("swaps", "/dev/vdb partition 1048572 0 -2");
  }

  private Path mount(String name, String shown, String typeAndOptions) throws IOException {
    Path point = Files.createDirectories(root.resolve("sys").resolve(name));
    append(
        "mountinfo",
        "41 31 0:38 " + shown + " " + point + " rw,nosuid shared:9 - " + typeAndOptions);
    return point;
  }

  private void append(String file, String line) throws IOException {
    Files.writeString(root.resolve(file), line + "\n", StandardOpenOption.APPEND);
  }

  /** Makes a group with the control files that are given as name and content. */
  static Path group(Path directory, String... files) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < files.length; i += 2) {
      Files.writeString(directory.resolve(files[i]), files[i + 1]);
    }
    return directory;
  }

  /** Marks a group as systemd does that of a unit with Delegate=yes. */
  static void delegate(Path group) throws IOException {
    Files.getFileAttributeView(group, UserDefinedFileAttributeView.class)
        .write(Tenure.DELEGATE_ATTRIBUTE, ByteBuffer.wrap(new byte[] {'1'}));
  }
}
