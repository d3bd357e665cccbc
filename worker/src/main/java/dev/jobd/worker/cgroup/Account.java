package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A control file in which the kernel counts what the processes of a group use.
 *
 * @param counts what, in words; where two hierarchies count the same, the first one's word is taken
 * @param ofTheMoment whether it tells what is used now, and so nothing of a job that has ended
 */
record Account(String counts, String file, boolean ofTheMoment, Reading reading) {

  /** Finds what a file tells and notes it. */
  @FunctionalInterface
  interface Reading {
    void note(Counters counters, Usage.Builder usage) throws IOException;
  }

  static Account total(String counts, String file, Reading reading) {
    return new Account(counts, file, false, reading);
  }

  static Account ofTheMoment(String counts, String file, Reading reading) {
    return new Account(counts, file, true, reading);
  }

  /**
   * Notes what the file says of {@code group}; nothing where the kernel keeps no such account, or
   * the group is gone.
   */
  void read(Path group, Usage.Builder usage) throws IOException {
    Counters counters = counters(group);
    if (counters != null) {
      reading.note(counters, usage);
    }
  }

  /** Whether the kernel keeps this account of {@code group}, and so of those beside it. */
  boolean isKept(Path group) throws IOException {
    return counters(group) != null;
  }

  private @Nullable Counters counters(Path group) throws IOException {
    String text = ControlFile.readIfKept(group.resolve(file));
    return text == null ? null : new Counters(text);
  }
}
