package dev.jobd.worker.cgroup;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A path leads onto a mount that the kernel does not answer for itself. */
final class UnfollowedException extends FileSystemException {
  private static final long serialVersionUID = 1;

  private final transient Mount mount;

  UnfollowedException(Path path, Mount mount) {
    super(path.toString(), null, mount.whyNoDisk());
    this.mount = mount;
  }

  Mount mount() {
    return mount;
  }
}
