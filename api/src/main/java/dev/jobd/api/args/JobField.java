package dev.jobd.api.args;

import dev.jobd.api.v1.Limits;

/**
 * A field of a job's specification as command lines write it: what the API says about {@code
 * limits.memory_bytes} is for people about {@code --memory}, in its units.
 */
public final class JobField {
  private static final String LIMITS = "limits.";

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
    if (field.startsWith(LIMITS)) {
      return limitProblem(asked, field.substring(LIMITS.length()), problem);
    }
    int index = field.indexOf('[');
    String key = index < 0 ? "" : " " + field.substring(index + 1, field.length() - 1);
    return switch (index < 0 ? field : field.substring(0, index)) {
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

  /**
   * @param limit its path, for example {@code pids} or {@code io[0].read_bps}
   */
  private static String limitProblem(Limits asked, String limit, String problem) {
    String name = limit.substring(limit.lastIndexOf('.') + 1);
    return switch (name) {
      case "io" -> "the number of disks with a bound on reading or writing " + problem;
      case "device" -> ioOptions(asked, limit) + ": the device " + problem;
      default -> {
        LimitTerms words = LimitTerms.of(name, problem);
        yield words.option() + " " + words.text();
      }
    };
  }

  /** Those that give the disk of {@code io[1].device} its bounds; all, where not known. */
  private static String ioOptions(Limits asked, String limit) {
    String index = limit.substring("io[".length(), limit.indexOf(']'));
    return asked.getIoList().stream()
        .skip(Long.parseLong(index))
        .findFirst()
        .map(IoOptions::of)
        .orElse("--read-bps, --write-bps, --read-iops or --write-iops");
  }
}
