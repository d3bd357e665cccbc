package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Usage;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Time lost for want of a resource. The cgroup2 tree has it for every group, whoever has the
 * controllers, unless the kernel was built or booted without; v1 has none.
 */
final class Pressure {
  static final List<Account> ACCOUNTS =
      List.of(
          account("cpu", Usage.Builder::cpuPressure),
          account("memory", Usage.Builder::memoryPressure),
          account("io", Usage.Builder::ioPressure));

  private Pressure() {}

  private static Account account(
      String resource, BiConsumer<Usage.Builder, Usage.@Nullable Pressure> note) {
    return Account.total(
        resource + " pressure",
        resource + ".pressure",
        (counters, usage) -> note.accept(usage, read(counters)));
  }

  /** A line is {@code some avg10=0.00 avg60=0.00 avg300=0.00 total=4711}, in microseconds. */
  private static Usage.@Nullable Pressure read(Counters counters) {
    Duration some = total(counters.line("some"));
    return some == null ? null : new Usage.Pressure(some, total(counters.line("full")));
  }

  private static @Nullable Duration total(@Nullable Counters line) {
    Long micros = line == null ? null : line.sum("total=");
    return Counters.time(micros, ChronoUnit.MICROS.getDuration());
  }
}
