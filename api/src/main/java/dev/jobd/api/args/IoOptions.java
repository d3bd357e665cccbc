package dev.jobd.api.args;

import dev.jobd.api.v1.IoLimit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Bounds for disks as command lines write them, each {@code [DEVICE:]VALUE}. What several options
 * say of one device, as it is written, comes together.
 */
public final class IoOptions {
  private final Map<String, IoLimit.Builder> limits = new LinkedHashMap<>();

  /** One of the options. */
  public enum Option {
    READ_BPS("read-bps", Quantity::bytes, IoLimit.Builder::hasReadBps, IoLimit.Builder::setReadBps),
    WRITE_BPS(
        "write-bps", Quantity::bytes, IoLimit.Builder::hasWriteBps, IoLimit.Builder::setWriteBps),
    READ_IOPS(
        "read-iops", Quantity::count, IoLimit.Builder::hasReadIops, IoLimit.Builder::setReadIops),
    WRITE_IOPS(
        "write-iops",
        Quantity::count,
        IoLimit.Builder::hasWriteIops,
        IoLimit.Builder::setWriteIops);

    private final String word;
    private final Function<String, Long> parser;
    private final Predicate<IoLimit.Builder> given;
    private final BiConsumer<IoLimit.Builder, Long> setter;

    Option(
        String word,
        Function<String, Long> parser,
        Predicate<IoLimit.Builder> given,
        BiConsumer<IoLimit.Builder, Long> setter) {
      this.word = word;
      this.parser = parser;
      this.given = given;
      this.setter = setter;
    }

    /** As a command line has it: {@code --read-bps}. */
    public String option() {
      return "--" + word;
    }

    /** As a configuration file has it: {@code read_bps}. */
    public String key() {
      return word.replace('-', '_');
    }
  }

  /**
   * Takes one option's values.
   *
   * @throws IllegalArgumentException whose message says what would be right and quotes what was
   *     given; it does not name the option
   */
  public IoOptions add(Option option, Collection<String> texts) {
    for (String text : texts) {
      int colon = text.lastIndexOf(':');
      String device = colon < 0 ? "" : text.substring(0, colon);
      if (colon == 0) {
        throw new IllegalArgumentException(
            "must name a device before the colon, was '" + text + "'");
      }
      IoLimit.Builder limit = limits.computeIfAbsent(device, IoOptions::limit);
      if (option.given.test(limit)) {
        throw new IllegalArgumentException(
            "must be given once for each device, was so twice for "
                + (device.isEmpty() ? "that of the job's files" : device));
      }
      option.setter.accept(limit, option.parser.apply(text.substring(colon + 1)));
    }
    return this;
  }

  /** Everything that was taken. */
  public List<IoLimit> limits() {
    return limits.values().stream().map(IoLimit.Builder::build).toList();
  }

  private static IoLimit.Builder limit(String device) {
    return IoLimit.newBuilder().setDevice(device);
  }
}
