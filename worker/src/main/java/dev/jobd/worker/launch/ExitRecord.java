package dev.jobd.worker.launch;

import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What a shim recorded of its job's end: shim/src/exit_record.h.
 *
 * @param failedStep the step of the launch that failed, not empty; {@code null} where the command
 *     was executed
 * @param errno why it failed; at least 0
 * @param pid the command's process id; 0 where there was none
 * @param started {@code null} where the command never was, and always where it has no pid
 * @param status as from wait(2), or {@link #STATUS_UNKNOWN}
 * @param stopSignal the first signal of a stop that came before the end; 0 where none did
 * @param survivors whether processes of the job could not be killed
 * @param journalFailed whether the end of the journal may be missing
 */
public record ExitRecord(
    @Nullable String failedStep,
    int errno,
    int pid,
    @Nullable Instant started,
    Instant ended,
    int status,
    int stopSignal,
    boolean timedOut,
    boolean survivors,
    boolean journalFailed,
    long oomKills,
    long output,
    long dropped) {

  public static final int STATUS_UNKNOWN = -1;
  private static final int SIGNAL_BITS = 0x7f;
  private static final String FILE = "exit";
  private static final int VERSION = 1;
  private static final String FIRST_LINE = "jobd-exit " + VERSION + "\n";
  private static final Pattern OF_ANY_VERSION = Pattern.compile("^jobd-exit ([0-9]{1,9})\n");
  private static final int MAX_BYTES = 4096;

  /**
   * Refuses what no verdict could be made of, so that it is found while it can still be reported as
   * damage.
   */
  public ExitRecord {
    require("step", failedStep == null || !failedStep.isEmpty());
    require("errno", errno >= 0);
    require("pid", pid > 0 || (pid == 0 && started == null));
    require("status", status == STATUS_UNKNOWN || (status & SIGNAL_BITS) <= Verdict.MAX_SIGNAL);
    require("output", output >= 0);
    require("dropped", dropped >= 0);
  }

  private static void require(String key, boolean valid) {
    if (!valid) {
      throw new IllegalArgumentException("its \"" + key + "\" is not one that a job can have");
    }
  }

  /**
   * Reads the record in a job's directory; empty where there is none.
   *
   * @throws UnreadableRecordException where there is one that is damaged, or of a later version
   * @throws IOException where it cannot be read now
   */
  public static Optional<ExitRecord> read(Path jobDirectory) throws IOException {
    Path file = jobDirectory.resolve(FILE);
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    String text = new String(bytes, StandardCharsets.US_ASCII);
    Matcher version = OF_ANY_VERSION.matcher(text);
    if (version.find() && Integer.parseInt(version.group(1)) > VERSION) {
      throw UnreadableRecordException.ofVersion(version.group(1));
    }
    try {
      return Optional.of(parse(text));
    } catch (IllegalArgumentException e) {
      throw UnreadableRecordException.damaged(e);
    }
  }

  static ExitRecord parse(String text) {
    if (!text.startsWith(FIRST_LINE)) {
      throw new IllegalArgumentException("it does not begin with \"" + FIRST_LINE.strip() + "\"");
    }
    int last = text.lastIndexOf("crc32 ");
    if (last < 0
        || !text.substring(last).equals("crc32 " + crc32(text.substring(0, last)) + "\n")) {
      throw new IllegalArgumentException("its checksum does not match");
    }
    Map<String, String> values = new HashMap<>();
    text.substring(FIRST_LINE.length(), last)
        .lines()
        .forEach(line -> values.put(before(line), after(line)));
    Fields fields = new Fields(values);
    String step = fields.text("step");
    long started = fields.number("started");
    return new ExitRecord(
        step.equals("none") ? null : step,
        (int) fields.number("errno"),
        (int) fields.number("pid"),
        started == 0 ? null : Instant.ofEpochSecond(0, started),
        Instant.ofEpochSecond(0, fields.number("ended")),
        (int) fields.number("status"),
        (int) fields.number("stop_signal"),
        fields.number("timed_out") != 0,
        fields.number("survivors") != 0,
        fields.number("journal_failed") != 0,
        fields.number("oom_kills"),
        fields.number("output"),
        fields.number("dropped"));
  }

  private record Fields(Map<String, String> values) {
    String text(String key) {
      String value = values.get(key);
      if (value == null) {
        throw new IllegalArgumentException("it has no line \"" + key + "\"");
      }
      return value;
    }

    long number(String key) {
      return Long.parseLong(text(key));
    }
  }

  private static String before(String line) {
    return line.substring(0, Math.max(0, line.indexOf(' ')));
  }

  private static String after(String line) {
    return line.substring(line.indexOf(' ') + 1);
  }

  private static String crc32(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    return "%08x".formatted(crc.getValue());
  }

  /** Whether a signal ended the command: WIFSIGNALED of wait(2). */
  public boolean signaled() {
    return status != STATUS_UNKNOWN && (status & SIGNAL_BITS) != 0;
  }

  /** The signal that ended the command, where one did. */
  public int signal() {
    return status & SIGNAL_BITS;
  }

  /** The command's exit code, where it had one. */
  public int exitCode() {
    return status >> 8 & 0xff;
  }
}
