package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bounds for disks, from those that people name to those that the kernel knows. */
final class IoLimits {
  static final String FIELD = "limits.io";

  private IoLimits() {}

  /**
   * {@code limits} with each disk by the kernel's name. Where two names are one disk, the lower
   * bounds hold.
   *
   * @param files on the disk that bounds without a device are for
   * @throws InvalidSpecException naming the bound whose device is no disk, or does not answer
   */
  static List<IoLimit> named(List<IoLimit> limits, Disks disks, Path files, DiskSearch search)
      throws IOException {
    Map<String, IoLimit> named = new LinkedHashMap<>();
    for (int i = 0; i < limits.size(); i++) {
      IoLimit limit = limits.get(i);
      try {
        String disk = disk(limit, disks, files, search);
        named.merge(disk, limit.on(disk), IoLimit::and);
      } catch (InvalidSpecException e) {
        throw new InvalidSpecException(FIELD + "[" + i + "]." + e.field(), e.problem());
      } catch (UnansweredException e) {
        throw new InvalidSpecException(
            FIELD + "[" + i + "].device",
            "must be a disk, or on one: " + e.getMessage() + "; name the disk instead");
      }
    }
    return List.copyOf(named.values());
  }

  private static String disk(IoLimit limit, Disks disks, Path files, DiskSearch search)
      throws IOException {
    String device = limit.device();
    if (device == null) {
      return search.disk(files.toString(), () -> disks.holding(files).name());
    }
    return device.startsWith("/")
        ? search.disk(device, () -> disks.find(device).name())
        : disks.find(device).name(); // by the kernel's account alone
  }

  /** Whether a refusal that names {@code field} is of a bound, of one version or the other. */
  static boolean isBound(String field) {
    return field.equals(FIELD) || field.startsWith(FIELD + ".");
  }

  /** What {@code limits} have for a disk of that name. */
  static Optional<IoLimit> of(Limits limits, @Nullable String disk) {
    return limits.io().stream().filter(l -> Objects.equals(l.device(), disk)).findFirst();
  }

  /** Those of a running job whose disk is still there: the others bound nothing any more. */
  static List<IoLimit> present(Disks disks, List<IoLimit> held) throws IOException {
    List<IoLimit> present = new ArrayList<>(held);
    for (IoLimit limit : held) {
      if (isGone(disks, limit)) {
        present.remove(limit);
      }
    }
    return present;
  }

  private static boolean isGone(Disks disks, IoLimit limit) throws IOException {
    try {
      var _ = disks.find(Objects.requireNonNull(limit.device()));
      return false;
    } catch (InvalidSpecException e) {
      return true;
    }
  }

  /** {@code to} without what a job has {@code from} before for a disk that has gone since. */
  static Limits withoutGone(Disks disks, Limits from, Limits to) throws IOException {
    List<IoLimit> io = new ArrayList<>(to.io());
    io.removeAll(from.io());
    io.addAll(present(disks, to.io().stream().filter(from.io()::contains).toList()));
    return to.withIo(io);
  }

  /**
   * The number of the disk that {@code limit}, one of {@link #named}, is for.
   *
   * @throws LimitRefusedException where it has gone since
   */
  static String number(Disks disks, IoLimit limit) throws IOException {
    try {
      return disks.find(Objects.requireNonNull(limit.device())).number();
    } catch (InvalidSpecException e) {
      throw new LimitRefusedException(FIELD, e.problem(), e.problem(), e);
    }
  }
}
