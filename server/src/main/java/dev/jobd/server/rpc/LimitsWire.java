package dev.jobd.server.rpc;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Bounds on a job, between the API's message and the worker's record. */
public final class LimitsWire {
  private LimitsWire() {}

  /**
   * @throws InvalidSpecException naming the field, as {@code limits.pids}
   */
  static Limits read(dev.jobd.api.v1.Limits limits) {
    return Limits.builder()
        .cpuMillis(limits.hasCpuMillis() ? (Long) limits.getCpuMillis() : null)
        .cpuWeight(limits.hasCpuWeight() ? (Long) limits.getCpuWeight() : null)
        .cpuset(limits.hasCpuset() ? new CpuSet(limits.getCpuset()) : null)
        .nice(limits.hasNice() ? (Integer) limits.getNice() : null)
        .memoryBytes(limits.hasMemoryBytes() ? (Long) limits.getMemoryBytes() : null)
        .swapBytes(limits.hasSwapBytes() ? (Long) limits.getSwapBytes() : null)
        .pids(limits.hasPids() ? (Long) limits.getPids() : null)
        .io(io(limits.getIoList()))
        .ioWeight(limits.hasIoWeight() ? (Long) limits.getIoWeight() : null)
        .timeout(
            limits.hasTimeout() ? WireTime.duration("limits.timeout", limits.getTimeout()) : null)
        .outputBytes(limits.hasOutputBytes() ? (Long) limits.getOutputBytes() : null)
        .build();
  }

  /**
   * Bounds for disks, as a message has them.
   *
   * @throws InvalidSpecException naming the field, as {@code limits.io[0].read_bps}
   */
  public static List<IoLimit> io(List<dev.jobd.api.v1.IoLimit> messages) {
    List<IoLimit> limits = new ArrayList<>(messages.size());
    for (dev.jobd.api.v1.IoLimit message : messages) {
      try {
        limits.add(io(message));
      } catch (InvalidSpecException e) {
        throw Requests.within("limits.io[" + limits.size() + "]", e);
      }
    }
    return limits;
  }

  private static IoLimit io(dev.jobd.api.v1.IoLimit message) {
    return new IoLimit(
        message.getDevice().isEmpty() ? null : message.getDevice(),
        message.hasReadBps() ? (Long) message.getReadBps() : null,
        message.hasWriteBps() ? (Long) message.getWriteBps() : null,
        message.hasReadIops() ? (Long) message.getReadIops() : null,
        message.hasWriteIops() ? (Long) message.getWriteIops() : null);
  }

  static dev.jobd.api.v1.Limits write(Limits limits) {
    dev.jobd.api.v1.Limits.Builder message = dev.jobd.api.v1.Limits.newBuilder();
    setIfPresent(limits.cpuMillis(), message::setCpuMillis);
    setIfPresent(limits.cpuWeight(), message::setCpuWeight);
    if (limits.cpuset() != null) {
      message.setCpuset(limits.cpuset().list());
    }
    if (limits.nice() != null) {
      message.setNice(limits.nice());
    }
    setIfPresent(limits.memoryBytes(), message::setMemoryBytes);
    setIfPresent(limits.swapBytes(), message::setSwapBytes);
    setIfPresent(limits.pids(), message::setPids);
    limits.io().forEach(io -> message.addIo(write(io)));
    setIfPresent(limits.ioWeight(), message::setIoWeight);
    if (limits.timeout() != null) {
      message.setTimeout(WireTime.duration(limits.timeout()));
    }
    setIfPresent(limits.outputBytes(), message::setOutputBytes);
    return message.build();
  }

  private static dev.jobd.api.v1.IoLimit write(IoLimit limit) {
    dev.jobd.api.v1.IoLimit.Builder message = dev.jobd.api.v1.IoLimit.newBuilder();
    if (limit.device() != null) {
      message.setDevice(limit.device());
    }
    setIfPresent(limit.readBps(), message::setReadBps);
    setIfPresent(limit.writeBps(), message::setWriteBps);
    setIfPresent(limit.readIops(), message::setReadIops);
    setIfPresent(limit.writeIops(), message::setWriteIops);
    return message.build();
  }

  private static void setIfPresent(@Nullable Long value, LongConsumer setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
