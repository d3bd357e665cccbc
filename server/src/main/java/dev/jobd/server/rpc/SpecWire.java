package dev.jobd.server.rpc;

import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What to run, between the API's message and the worker's record. Fields in errors are relative to
 * the specification.
 */
final class SpecWire {
  private static final String DEFAULT_WORKING_DIRECTORY = "/";

  private SpecWire() {}

  static JobSpec read(dev.jobd.api.v1.JobSpec spec) {
    String directory = spec.getWorkingDirectory();
    return JobSpec.builder(spec.getArgvList())
        .env(spec.getEnvMap())
        .workingDirectory(directory.isEmpty() ? DEFAULT_WORKING_DIRECTORY : directory)
        .name(spec.getName().isEmpty() ? null : spec.getName())
        .labels(spec.getLabelsMap())
        .limits(read(spec.getLimits()))
        .mergeOutput(spec.getMergeOutput())
        .build();
  }

  static dev.jobd.api.v1.JobSpec write(JobSpec spec) {
    return dev.jobd.api.v1.JobSpec.newBuilder()
        .addAllArgv(spec.argv())
        .putAllEnv(spec.env())
        .setWorkingDirectory(spec.workingDirectory())
        .setName(spec.name() == null ? "" : spec.name())
        .putAllLabels(spec.labels())
        .setLimits(write(spec.limits()))
        .setMergeOutput(spec.mergeOutput())
        .build();
  }

  private static Limits read(dev.jobd.api.v1.Limits limits) {
    return new Limits(
        limits.hasCpuMillis() ? (Long) limits.getCpuMillis() : null,
        limits.hasMemoryBytes() ? (Long) limits.getMemoryBytes() : null,
        limits.hasPids() ? (Long) limits.getPids() : null,
        limits.hasTimeout() ? WireTime.duration("limits.timeout", limits.getTimeout()) : null,
        limits.hasOutputBytes() ? (Long) limits.getOutputBytes() : null);
  }

  private static dev.jobd.api.v1.Limits write(Limits limits) {
    dev.jobd.api.v1.Limits.Builder message = dev.jobd.api.v1.Limits.newBuilder();
    setIfPresent(limits.cpuMillis(), message::setCpuMillis);
    setIfPresent(limits.memoryBytes(), message::setMemoryBytes);
    setIfPresent(limits.pids(), message::setPids);
    if (limits.timeout() != null) {
      message.setTimeout(WireTime.duration(limits.timeout()));
    }
    setIfPresent(limits.outputBytes(), message::setOutputBytes);
    return message.build();
  }

  private static void setIfPresent(@Nullable Long value, LongConsumer setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
