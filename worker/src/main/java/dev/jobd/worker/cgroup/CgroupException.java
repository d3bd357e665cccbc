package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Something that could not be done to a group, told as {@code what was done to which: why not}. */
public final class CgroupException extends IOException {
  private final String reason;

  /**
   * @param action names where on this host
   * @param reason does not
   */
  CgroupException(String action, String reason, @Nullable Exception cause) {
    super(action + ": " + reason, cause);
    this.reason = reason;
  }

  CgroupException(String action, String reason) {
    this(action, reason, null);
  }

  CgroupException(String action, IOException cause) {
    this(action, problem(cause), cause);
  }

  /** Why not, for somebody whom the files of this host do not concern. */
  public String reason() {
    return reason;
  }

  /** The kernel's words alone: the JDK's message repeats the path, or has nothing but the path. */
  static String problem(IOException cause) {
    return switch (cause) {
      case NoSuchFileException e -> "No such file or directory";
      case FileAlreadyExistsException e -> "File exists";
      case AccessDeniedException e -> "Permission denied";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> String.valueOf(cause.getMessage());
    };
  }
}
