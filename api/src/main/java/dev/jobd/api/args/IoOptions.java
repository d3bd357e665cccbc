package dev.jobd.api.args;

import dev.jobd.api.v1.IoLimit;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Bounds for disks as command lines write them, each {@code [DEVICE:]VALUE}. What several options
 * say of one device, as it is written, comes together.
 */
public final class IoOptions {
  private final Map<String, IoLimit.Builder> limits = new LinkedHashMap<>();

  /** One of the options. */
  public enum Option {
    READ_BPS("read-bps"),
    WRITE_BPS("write-bps"),
    READ_IOPS("read-iops"),
    WRITE_IOPS("write-iops");

    private final String word;

    Option(String word) {
      this.word = word;
    }

    private boolean isIn(IoLimit.Builder limit) {
      return switch (this) {
        case READ_BPS -> limit.hasReadBps();
        case WRITE_BPS -> limit.hasWriteBps();
        case READ_IOPS -> limit.hasReadIops();
        case WRITE_IOPS -> limit.hasWriteIops();
      };
    }

    private IoLimit.Builder put(IoLimit.Builder limit, String value) {
      return switch (this) {
        case READ_BPS -> limit.setReadBps(Quantity.bytes(value));
        case WRITE_BPS -> limit.setWriteBps(Quantity.bytes(value));
        case READ_IOPS -> limit.setReadIops(Quantity.count(value));
        case WRITE_IOPS -> limit.setWriteIops(Quantity.count(value));
      };
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
    texts.forEach(text -> add(option, text));
    return this;
  }

  /**
   * Takes one value, as {@link #add(Option, Collection)} does.
   *
   * @return the device that it is for; empty for that of the job's files
   */
  public String add(Option option, String text) {
    int colon = text.lastIndexOf(':');
    String device = colon < 0 ? "" : text.substring(0, colon);
    if (colon == 0) {
      throw new IllegalArgumentException("must name a device before the colon, was '" + text + "'");
    }
    IoLimit.Builder limit = limits.computeIfAbsent(device, IoOptions::limit);
    if (option.isIn(limit)) {
      throw new IllegalArgumentException(
          "must be given once for each device, was so twice for "
              + (device.isEmpty() ? "that of the job's files" : device));
    }
    option.put(limit, text.substring(colon + 1));
    return device;
  }

  /** Everything that was taken. */
  public List<IoLimit> limits() {
    return limits.values().stream().map(IoLimit.Builder::build).toList();
  }

  /** The options that say what {@code limit} does: {@code --read-bps and --write-iops}. */
  static String of(IoLimit limit) {
    return Arrays.stream(Option.values())
        .filter(option -> option.isIn(limit.toBuilder()))
        .map(Option::option)
        .collect(Collectors.joining(" and "));
  }

  private static IoLimit.Builder limit(String device) {
    return IoLimit.newBuilder().setDevice(device);
  }
}
