package dev.jobd.worker.store;

import dev.jobd.worker.model.Usage;
import dev.jobd.worker.model.Usage.Pressure;
import dev.jobd.worker.model.Usage.Transfer;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A {@link Usage} as a part of another document, whose version says which parts it has. */
final class UsageDocument {
  private UsageDocument() {}

  static void write(DocumentOutput out, Usage usage) throws IOException {
    write(out, usage.userTime());
    write(out, usage.systemTime());
    write(out, usage.throttledTime());
    out.writeOptionalLong(usage.memoryBytes());
    out.writeOptionalLong(usage.peakMemoryBytes());
    out.writeOptionalLong(usage.pids());
    out.writeOptionalLong(usage.peakPids());
    write(out, usage.ioBytes());
    write(out, usage.ioOperations());
    write(out, usage.cpuPressure());
    write(out, usage.memoryPressure());
    write(out, usage.ioPressure());
  }

  static Usage read(DocumentInput in) throws IOException {
    return new Usage(
        readDuration(in),
        readDuration(in),
        readDuration(in),
        in.readOptionalLong(),
        in.readOptionalLong(),
        in.readOptionalLong(),
        in.readOptionalLong(),
        readTransfer(in),
        readTransfer(in),
        readPressure(in),
        readPressure(in),
        readPressure(in));
  }

  private static void write(DocumentOutput out, @Nullable Duration time) throws IOException {
    out.writeOptionalLong(time == null ? null : time.toNanos());
  }

  private static @Nullable Duration readDuration(DocumentInput in) throws IOException {
    Long nanos = in.readOptionalLong();
    return nanos == null ? null : Duration.ofNanos(nanos);
  }

  private static void write(DocumentOutput out, @Nullable Transfer transfer) throws IOException {
    out.writePresence(transfer);
    if (transfer != null) {
      out.writeLong(transfer.read());
      out.writeLong(transfer.written());
    }
  }

  private static @Nullable Transfer readTransfer(DocumentInput in) throws IOException {
    return in.readPresence() ? new Transfer(in.readLong(), in.readLong()) : null;
  }

  private static void write(DocumentOutput out, @Nullable Pressure pressure) throws IOException {
    out.writePresence(pressure);
    if (pressure != null) {
      out.writeLong(pressure.some().toNanos());
      write(out, pressure.full());
    }
  }

  private static @Nullable Pressure readPressure(DocumentInput in) throws IOException {
    return in.readPresence()
        ? new Pressure(Duration.ofNanos(in.readLong()), readDuration(in))
        : null;
  }
}
