package dev.jobd.worker;

import dev.jobd.worker.model.Limits;
import java.lang.System.Logger;
import java.nio.file.Path;

/**
 * All that a worker needs to know. Its places are absolute: given otherwise, they are taken from
 * the current directory.
 *
 * @param stateDirectory where records, journals and sockets are kept; made if absent, owned by one
 *     worker at a time
 * @param shim the {@code jobd-shim} executable
 * @param limits what jobs may take
 * @param retention how long ended jobs are kept
 * @param chunkBytes the most bytes of output read at once: {@value #MIN_CHUNK_BYTES} to {@value
 *     #MAX_CHUNK_BYTES}
 * @param logger where the worker tells what an operator should know
 * @param observer is told what becomes of jobs
 */
public record WorkerConfig(
    Path stateDirectory,
    Path shim,
    LimitPolicy limits,
    Retention retention,
    int chunkBytes,
    Logger logger,
    JobObserver observer) {

  /** Enough for any program that is not a fork bomb; everything else is unlimited by default. */
  public static final Limits DEFAULT_LIMITS = new Limits(null, null, 4096L, null, null);

  public static final int DEFAULT_CHUNK_BYTES = 64 << 10;
  public static final int MIN_CHUNK_BYTES = 512;
  public static final int MAX_CHUNK_BYTES = 1 << 20;

  public WorkerConfig {
    stateDirectory = stateDirectory.toAbsolutePath();
    shim = shim.toAbsolutePath();
    if (chunkBytes < MIN_CHUNK_BYTES || chunkBytes > MAX_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "chunkBytes must be "
              + MIN_CHUNK_BYTES
              + " to "
              + MAX_CHUNK_BYTES
              + ", was "
              + chunkBytes);
    }
  }

  /** Defaults for everything but the two places. */
  public static WorkerConfig of(Path stateDirectory, Path shim) {
    return new WorkerConfig(
        stateDirectory,
        shim,
        LimitPolicy.DEFAULT,
        Retention.DEFAULT,
        DEFAULT_CHUNK_BYTES,
        System.getLogger(Worker.class.getName()),
        JobObserver.NONE);
  }

  public WorkerConfig withLimits(LimitPolicy policy) {
    return new WorkerConfig(stateDirectory, shim, policy, retention, chunkBytes, logger, observer);
  }

  /** What a job gets that does not ask for other limits. */
  public WorkerConfig withDefaultLimits(Limits defaults) {
    return withLimits(limits.withDefaults(defaults));
  }

  public WorkerConfig withRetention(Retention value) {
    return new WorkerConfig(stateDirectory, shim, limits, value, chunkBytes, logger, observer);
  }

  public WorkerConfig withObserver(JobObserver value) {
    return new WorkerConfig(stateDirectory, shim, limits, retention, chunkBytes, logger, value);
  }
}
