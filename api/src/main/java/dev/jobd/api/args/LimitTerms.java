package dev.jobd.api.args;

import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A limit as people write it, in its units: what the API calls {@code output_bytes} is {@code
 * --max-output 1G} to a command line and {@code max_output: 1G} to a configuration.
 *
 * @param key as a configuration has it
 * @param text what is said of it
 */
public record LimitTerms(String key, String text) {
  /** As a value alone, or where a sentence has one: others are parts of paths, or the kernel's. */
  private static final Pattern VALUE =
      Pattern.compile("^[0-9]+$|(?<=\\b(be|at least|at most|to|was|were) )[0-9]+\\b");

  private static final Pattern ISO_DURATION = Pattern.compile("\\bPT[-0-9HMS.]+");
  private static final String UNITS = "KMGT";
  private static final long UNIT = 1024;
  private static final double MILLIS = 1000;

  /**
   * The same in people's words.
   *
   * @param field its name in the API's message, for example {@code memory_bytes}
   * @param text a value, or a sentence with values: {@code must be at least 1048576, was 1024}
   */
  public static LimitTerms of(String field, String text) {
    return switch (field) {
      case "cpu_millis" -> new LimitTerms("cpus", numbers(text, LimitTerms::cores));
      case "memory_bytes" -> new LimitTerms("memory", numbers(text, LimitTerms::bytes));
      case "swap_bytes" -> new LimitTerms("swap", numbers(text, LimitTerms::bytes));
      case "output_bytes" -> new LimitTerms("max_output", numbers(text, LimitTerms::bytes));
      case "read_bps", "write_bps" -> new LimitTerms(field, numbers(text, LimitTerms::bytes));
      case "timeout" -> new LimitTerms(field, durations(text));
      default -> new LimitTerms(field, text);
    };
  }

  /** As a command line has it. */
  public String option() {
    return "--" + key.replace('_', '-');
  }

  /** Times as people write them: {@code PT1H30M} is {@code 1h30m}. */
  static String durations(String text) {
    return ISO_DURATION
        .matcher(text)
        .replaceAll(time -> time.group().substring("PT".length()).toLowerCase(Locale.ROOT));
  }

  private static String numbers(String text, UnaryOperator<String> words) {
    return VALUE.matcher(text).replaceAll(value -> words.apply(value.group()));
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
