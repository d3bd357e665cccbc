package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.LimitRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * A control file that holds one limit of a job. Its errors, {@link LimitRefusedException}, name the
 * limit and the way out.
 *
 * <p>What it holds already is not written again: the kernel gives a group a new period's run time
 * at each write of its quota, and a disk's bound begins anew, whether the number is another or not.
 *
 * @param field the limit, as the API has it
 */
record LimitFile(String field, Path file) {
  private static final String WAY_OUT = "; ask for another value, or start without this limit";

  void set(String value) throws IOException {
    set(value, value::equals);
  }

  void set(long value) throws IOException {
    set(Long.toString(value));
  }

  /** As {@link #set(long)}, for a size that the kernel rounds down to whole pages. */
  void setBytes(long value) throws IOException {
    set(Long.toString(value), held -> ControlFile.isAsGood(value, held));
  }

  /** As {@link #set}, in a file that has a line for each subject. */
  void setLine(String line) throws IOException {
    set(line, held -> held.lines().anyMatch(line::equals));
  }

  /** As {@link #setLine}, where the line may have other words, too. */
  void setWords(String subject, List<String> words) throws IOException {
    set(
        subject + " " + String.join(" ", words),
        held -> held.lines().anyMatch(line -> has(line, subject, words)));
  }

  private void set(String value, Predicate<String> as) throws IOException {
    named(
        () -> {
          if (!holds(as)) {
            ControlFile.write(file, value);
          }
        });
  }

  private boolean holds(Predicate<String> as) throws IOException {
    String held = ControlFile.readIfKept(file);
    return held != null && as.test(held.stripTrailing());
  }

  /** Whether it holds this size, as {@link #setBytes} would have it. */
  boolean holdsBytes(long value) throws IOException {
    return holds(held -> ControlFile.isAsGood(value, held));
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
  void verifyWords(String subject, List<String> words) throws IOException {
    verifyAnyLine(subject + " " + String.join(" ", words), line -> has(line, subject, words));
  }

  private static boolean has(String line, String subject, List<String> words) {
    List<String> held = List.of(line.split(" ", -1));
    return held.getFirst().equals(subject) && held.containsAll(words);
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
