package dev.jobd.worker.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How fast a job may read from and write to one disk; {@code null} where there is no bound.
 *
 * @param device the disk: its name ({@code sda}), the path of its node ({@code /dev/sda}), or that
 *     of a file or directory on it; {@code null} for the disk that holds the job's working
 *     directory
 * @param readBps bytes a second
 * @param writeBps bytes a second
 * @param readIops operations a second
 * @param writeIops operations a second
 */
public record IoLimit(
    @Nullable String device,
    @Nullable Long readBps,
    @Nullable Long writeBps,
    @Nullable Long readIops,
    @Nullable Long writeIops) {

  /** Less than a page a second is no reading at all. */
  public static final long MIN_BPS = 4096;

  public static final long MAX_BPS = 1L << 50;

  /** One operation a second cannot be said on cgroup v2: {@code io.max} takes no 1. */
  public static final long MIN_IOPS = 2;

  /** The kernel counts operations in 32 bits, and takes the largest number for no bound. */
  public static final long MAX_IOPS = 1_000_000_000;

  /** A disk's name has no slash, and does not begin as an option would. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._!-]{0,63}");

  /** Fields in errors are relative to this limit. */
  public IoLimit {
    if (device != null) {
      checkDevice(device);
    }
    Limits.requireBetween("read_bps", readBps, MIN_BPS, MAX_BPS);
    Limits.requireBetween("write_bps", writeBps, MIN_BPS, MAX_BPS);
    Limits.requireBetween("read_iops", readIops, MIN_IOPS, MAX_IOPS);
    Limits.requireBetween("write_iops", writeIops, MIN_IOPS, MAX_IOPS);
    if (readBps == null && writeBps == null && readIops == null && writeIops == null) {
      throw new InvalidSpecException(
          "device", "must come with a bound: read_bps, write_bps, read_iops or write_iops");
    }
  }

  private static void checkDevice(String device) {
    Text.requireForLine("device", device, JobSpec.MAX_PATH_BYTES);
    if (!device.startsWith("/") && !NAME.matcher(device).matches()) {
      throw new InvalidSpecException(
          "device", "must be an absolute path or the name of a disk, was '" + device + "'");
    }
  }

  /** The same bounds on the disk of that name. */
  public IoLimit on(String disk) {
    return new IoLimit(disk, readBps, writeBps, readIops, writeIops);
  }

  /** This limit, with {@code other} where this has no bound. */
  IoLimit orElse(IoLimit other) {
    return new IoLimit(
        device,
        readBps != null ? readBps : other.readBps,
        writeBps != null ? writeBps : other.writeBps,
        readIops != null ? readIops : other.readIops,
        writeIops != null ? writeIops : other.writeIops);
  }

  /** The lower bound of both, each. */
  public IoLimit and(IoLimit other) {
    return new IoLimit(
        device,
        lower(readBps, other.readBps),
        lower(writeBps, other.writeBps),
        lower(readIops, other.readIops),
        lower(writeIops, other.writeIops));
  }

  /** The first bound that both have, by its field: {@code read_bps}. */
  public Optional<String> sharedWith(IoLimit other) {
    if (readBps != null && other.readBps != null) {
      return Optional.of("read_bps");
    }
    if (writeBps != null && other.writeBps != null) {
      return Optional.of("write_bps");
    }
    if (readIops != null && other.readIops != null) {
      return Optional.of("read_iops");
    }
    return writeIops != null && other.writeIops != null
        ? Optional.of("write_iops")
        : Optional.empty();
  }

  private static @Nullable Long lower(@Nullable Long a, @Nullable Long b) {
    return a == null ? b : b == null ? a : (Long) Math.min(a, b);
  }

  /** As {@link Limits#within}, device by device as they are written. */
  static List<IoLimit> within(List<IoLimit> asked, List<IoLimit> maxima) {
    for (int i = 0; i < asked.size(); i++) {
      for (IoLimit max : maxima) {
        if (Objects.equals(asked.get(i).device, max.device)) {
          asked.get(i).requireWithin("limits.io[" + i + "].", max);
        }
      }
    }
    return orElse(asked, maxima);
  }

  private void requireWithin(String path, IoLimit max) {
    Maximum.orNone(path + "read_bps", readBps, max.readBps);
    Maximum.orNone(path + "write_bps", writeBps, max.writeBps);
    Maximum.orNone(path + "read_iops", readIops, max.readIops);
    Maximum.orNone(path + "write_iops", writeIops, max.writeIops);
  }

  /**
   * As {@link Limits#orElse}, device by device as they are written. Those of {@code asked} keep
   * their places.
   */
  static List<IoLimit> orElse(List<IoLimit> asked, List<IoLimit> defaults) {
    List<IoLimit> all = new ArrayList<>(asked);
    for (IoLimit other : defaults) {
      int same = 0;
      while (same < all.size() && !Objects.equals(all.get(same).device, other.device)) {
        same++;
      }
      if (same < all.size()) {
        all.set(same, all.get(same).orElse(other));
      } else {
        all.add(other);
      }
    }
    return all;
  }
}
