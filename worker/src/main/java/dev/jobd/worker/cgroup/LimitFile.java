package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A control file that holds one limit of a job. Its errors, {@link LimitRefusedException}, name the
 * limit and the way out.
 *
 * @param field the limit, as the API has it
 */
record LimitFile(String field, Path file) {
  private static final String WAY_OUT = "; ask for another value, or start without this limit";

  void set(String value) throws IOException {
    named(() -> ControlFile.write(file, value));
  }

  void set(long value) throws IOException {
    set(Long.toString(value));
  }

  void verify(String written) throws IOException {
    named(() -> ControlFile.verify(file, written));
  }

  void verify(long written) throws IOException {
    verify(Long.toString(written));
  }

  /** As {@link #verify(long)}, for a size that the kernel rounds down to whole pages. */
  void verifyBytes(long written) throws IOException {
    named(() -> ControlFile.verifyBytes(file, written));
  }

  /** Refuses where none of the file's lines is {@code written}. */
  void verifyLine(String written) throws IOException {
    verifyAnyLine(written, written::equals);
  }

  /** Refuses where no line of the file begins with {@code subject} and has all {@code words}. */
  void verifyWords(String subject, Set<String> words) throws IOException {
    verifyAnyLine(
        subject + " " + String.join(" ", words),
        line -> {
          List<String> held = List.of(line.split(" ", -1));
          return held.getFirst().equals(subject) && held.containsAll(words);
        });
  }

  private void verifyAnyLine(String written, Predicate<String> as) throws IOException {
    named(
        () -> {
          String held = ControlFile.read(file);
          if (held.lines().noneMatch(as)) {
            throw ControlFile.mismatch(file, written, String.join(", ", held.lines().toList()));
          }
        });
  }

  /** What is done to the file. */
  private interface Access {
    void run() throws IOException;
  }

  private void named(Access access) throws IOException {
    try {
      access.run();
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private LimitRefusedException refused(IOException e) {
    String inner = e instanceof CgroupException known ? known.reason() : CgroupException.problem(e);
    return new LimitRefusedException(field, inner + WAY_OUT, e.getMessage() + WAY_OUT, e);
  }
}
