package dev.jobd.api.args;

import dev.jobd.api.v1.Limits;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A field of a job's specification as command lines write it: what the API says about {@code
 * limits.memory_bytes} is for people about {@code --memory}, in its units.
 */
public final class JobField {
  private static final Pattern WHOLE_NUMBER = Pattern.compile("\\b[0-9]+\\b");
  private static final Pattern ISO_DURATION = Pattern.compile("\\bPT[-0-9HMS.]+");
  private static final String IO = "limits.io[";
  private static final String UNITS = "KMGT";
  private static final long UNIT = 1024;
  private static final double MILLIS = 1000;

  private JobField() {}

  /**
   * What is wrong, in the words of the options.
   *
   * @param field its path in the specification, for example {@code limits.memory_bytes}
   * @param problem for example {@code must be at least 1048576, was 1024}
   * @return for example {@code --memory must be at least 1M, was 1K}
   */
  public static String problem(String field, String problem) {
    return problem(Limits.getDefaultInstance(), field, problem);
  }

  /**
   * The same where it is known which limits were asked for.
   *
   * @return for example {@code --read-bps: the device must be a disk, was /x}
   */
  static String problem(Limits asked, String field, String problem) {
    if (field.startsWith(IO)) {
      return ioProblem(asked, field, problem);
    }
    int index = field.indexOf('[');
    String key = index < 0 ? "" : " " + field.substring(index + 1, field.length() - 1);
    return switch (index < 0 ? field : field.substring(0, index)) {
      case "limits.cpu_millis" -> "--cpus " + numbers(problem, JobField::cores);
      case "limits.memory_bytes" -> "--memory " + numbers(problem, JobField::bytes);
      case "limits.output_bytes" -> "--max-output " + numbers(problem, JobField::bytes);
      case "limits.swap_bytes" -> "--swap " + numbers(problem, JobField::bytes);
      case "limits.pids", "limits.cpu_weight", "limits.cpuset", "limits.nice", "limits.io_weight" ->
          "--" + field.substring("limits.".length()).replace('_', '-') + " " + problem;
      case "limits.timeout" -> "--timeout " + durations(problem);
      case "limits.io" -> "the number of disks with a bound on reading or writing " + problem;
      case "name" -> "--name " + problem;
      case "working_directory" -> "--workdir " + problem;
      case "env" -> "--env" + key + " " + problem;
      case "labels" -> "--label" + key + " " + problem;
      case "argv" ->
          switch (key) {
            case "" -> problem;
            case " 0" -> "the command " + problem;
            default -> "argument" + key + " " + problem;
          };
      default -> field + ": " + problem;
    };
  }

  /** What is wrong with a bound for a disk. */
  private static String ioProblem(Limits asked, String field, String problem) {
    String part = field.substring(field.indexOf('.', IO.length()) + 1);
    return switch (part) {
      case "read_bps", "write_bps" ->
          "--" + part.replace('_', '-') + " " + numbers(problem, JobField::bytes);
      case "read_iops", "write_iops" -> "--" + part.replace('_', '-') + " " + problem;
      default -> ioOptions(asked, field) + ": the device " + problem;
    };
  }

  /** Those that give the disk of {@code limits.io[1].device} its bounds; all, where not known. */
  private static String ioOptions(Limits asked, String field) {
    String index = field.substring(IO.length(), field.indexOf(']'));
    return asked.getIoList().stream()
        .skip(Long.parseLong(index))
        .findFirst()
        .map(IoOptions::of)
        .orElse("--read-bps, --write-bps, --read-iops or --write-iops");
  }

  private static String numbers(String problem, UnaryOperator<String> words) {
    return WHOLE_NUMBER.matcher(problem).replaceAll(number -> words.apply(number.group()));
  }

  /** Times as people write them: {@code PT1H30M} is {@code 1h30m}. */
  static String durations(String problem) {
    return ISO_DURATION
        .matcher(problem)
        .replaceAll(time -> time.group().substring("PT".length()).toLowerCase(Locale.ROOT));
  }

  private static String cores(String millis) {
    double cores = Long.parseLong(millis) / MILLIS;
    return cores == Math.rint(cores) ? Long.toString((long) cores) : Double.toString(cores);
  }

  /** In the largest unit that is exact. */
  private static String bytes(String bytes) {
    long count = Long.parseLong(bytes);
    String unit = "";
    for (int i = 0; i < UNITS.length() && count != 0 && count % UNIT == 0; i++) {
      count /= UNIT;
      unit = UNITS.substring(i, i + 1);
    }
    return count + unit;
  }
}
