package dev.jobd.cli.render;

import com.google.protobuf.Duration;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A live job with what it used by some time.
 *
 * @param nanos that time, by {@link System#nanoTime}
 */
public record UsageSample(Job job, long nanos) {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** Something that only grows; {@code null} where the server does not tell it. */
  @FunctionalInterface
  interface Count {
    @Nullable Long of(UsageSample sample);
  }

  /** How much {@code count} has grown a second since {@code before}, where both are known. */
  @Nullable Double rateSince(@Nullable UsageSample before, Count count) {
    Long now = count.of(this);
    Long then = before == null ? null : count.of(before);
    if (before == null || now == null || then == null || nanos <= before.nanos) {
      return null;
    }
    return Math.max(0, now - then) * (double) NANOS_PER_SECOND / (nanos - before.nanos);
  }

  /** Processor time so far, in nanoseconds. */
  @Nullable Long cpuNanos() {
    return usage().hasUserTime() && usage().hasSystemTime()
        ? Long.valueOf(toNanos(usage().getUserTime()) + toNanos(usage().getSystemTime()))
        : null;
  }

  @Nullable Long readBytes() {
    return usage().hasReadBytes() ? (Long) usage().getReadBytes() : null;
  }

  @Nullable Long writtenBytes() {
    return usage().hasWrittenBytes() ? (Long) usage().getWrittenBytes() : null;
  }

  Long outputBytes() {
    return job.getOutputBytes();
  }

  @Nullable Long memoryBytes() {
    return usage().hasMemoryBytes() ? (Long) usage().getMemoryBytes() : null;
  }

  @Nullable Long pids() {
    return usage().hasPids() ? (Long) usage().getPids() : null;
  }

  private Usage usage() {
    return job.getUsage();
  }

  private static long toNanos(Duration time) {
    return time.getSeconds() * NANOS_PER_SECOND + time.getNanos();
  }
}
