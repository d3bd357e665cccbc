package dev.jobd.api.args;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an option says of names, each {@code NAME=VALUE}: variables, labels. */
public final class Pairs {
  private Pairs() {}

  /**
   * The pairs in their order; of those with one name, the last one's value. A value may be empty or
   * hold more equals signs.
   *
   * @throws IllegalArgumentException whose message says what would be right and quotes what was
   *     given; it does not name the option
   */
  public static Map<String, String> parse(Collection<String> texts) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("must be NAME=VALUE, was '" + text + "'");
      }
      pairs.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return pairs;
  }

  /** The same, but two values of one name are refused. */
  public static Map<String, String> parseDistinct(Collection<String> texts) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      parse(List.of(text))
          .forEach(
              (name, value) -> {
                String before = pairs.putIfAbsent(name, value);
                if (before != null && !before.equals(value)) {
                  throw new IllegalArgumentException(
                      "gives %s two values, '%s' and '%s': give one of them"
                          .formatted(name, before, value));
                }
              });
    }
    return pairs;
  }
}
