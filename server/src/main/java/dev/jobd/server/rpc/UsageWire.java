package dev.jobd.server.rpc;

import dev.jobd.api.v1.Job;
import dev.jobd.worker.model.Usage;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a job has used, as the API tells it: what is not known stays absent. */
final class UsageWire {
  private UsageWire() {}

  static void writeIfKnown(Usage usage, Job.Builder job) {
    if (!usage.equals(Usage.UNKNOWN)) {
      job.setUsage(write(usage));
    }
  }

  private static dev.jobd.api.v1.Usage write(Usage usage) {
    dev.jobd.api.v1.Usage.Builder message = dev.jobd.api.v1.Usage.newBuilder();
    ifKnown(usage.userTime(), time -> message.setUserTime(WireTime.duration(time)));
    ifKnown(usage.systemTime(), time -> message.setSystemTime(WireTime.duration(time)));
    ifKnown(usage.throttledTime(), time -> message.setThrottledTime(WireTime.duration(time)));
    ifKnown(usage.memoryBytes(), message::setMemoryBytes);
    ifKnown(usage.peakMemoryBytes(), message::setPeakMemoryBytes);
    ifKnown(usage.pids(), message::setPids);
    ifKnown(usage.peakPids(), message::setPeakPids);
    ifKnown(
        usage.ioBytes(),
        bytes -> message.setReadBytes(bytes.read()).setWrittenBytes(bytes.written()));
    ifKnown(
        usage.ioOperations(),
        count -> message.setReadOperations(count.read()).setWriteOperations(count.written()));
    ifKnown(usage.cpuPressure(), pressure -> message.setCpuPressure(write(pressure)));
    ifKnown(usage.memoryPressure(), pressure -> message.setMemoryPressure(write(pressure)));
    ifKnown(usage.ioPressure(), pressure -> message.setIoPressure(write(pressure)));
    return message.build();
  }

  private static dev.jobd.api.v1.Usage.Pressure write(Usage.Pressure pressure) {
    var message = dev.jobd.api.v1.Usage.Pressure.newBuilder();
    message.setSome(WireTime.duration(pressure.some()));
    Duration full = pressure.full();
    ifKnown(full, time -> message.setFull(WireTime.duration(time)));
    return message.build();
  }

  private static <T> void ifKnown(@Nullable T value, Consumer<T> set) {
    if (value != null) {
      set.accept(value);
    }
  }
}
