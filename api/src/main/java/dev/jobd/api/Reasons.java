package dev.jobd.api;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Exceptions in one line for people. The JDK's for files often say nothing but the file's name. */
public final class Reasons {
  private Reasons() {}

  /** Where it is about a file, with its name. */
  public static String of(Exception e) {
    return switch (e) {
      case NoSuchFileException file -> file.getFile() + ": No such file or directory";
      case AccessDeniedException file -> file.getFile() + ": Permission denied";
      case FileAlreadyExistsException file -> file.getFile() + ": File exists";
      case FileSystemException file when file.getReason() != null ->
          file.getFile() + ": " + file.getReason();
      default -> {
        String message = e.getMessage();
        yield message == null
            ? e.getClass().getSimpleName()
            : message.lines().findFirst().orElse("");
      }
    };
  }
}
