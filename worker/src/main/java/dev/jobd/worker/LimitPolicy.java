package dev.jobd.worker;

import dev.jobd.worker.cgroup.LimitJudge;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What jobs may take. Errors name what is wrong as a configuration does: {@code
 * default_limits.pids}, {@code quotas.memory}.
 *
 * @param defaults for what a job does not ask for; within {@code maxima}
 * @param maxima of what a job may ask for; what neither it nor {@code defaults} say is at its
 *     maximum, if it has one
 * @param quotas of an owner's jobs together. Where there is one of processors, memory or output, a
 *     job must have that limit: {@code defaults} or {@code maxima} give it to those that ask for
 *     none
 */
public record LimitPolicy(Limits defaults, Limits maxima, Quotas quotas) {

  public static final LimitPolicy DEFAULT = of(Limits.NONE, Limits.NONE, Quotas.DEFAULT);

  private static final String DEFAULTS = "default_limits";
  private static final String MAXIMA = "max_limits";

  public LimitPolicy {
    if (maxima.nice() != null) {
      throw new InvalidSpecException(
          "max_limits.nice", "must be absent: a nice value only takes from a job");
    }
    try {
      defaults.within(maxima);
    } catch (InvalidSpecException e) {
      throw in(DEFAULTS, e);
    }
    for (Quota quota : Quota.values()) {
      Long bound = quota.of(quotas);
      if (bound != null) {
        requireStandard(quota, bound, quota.of(defaults.within(maxima)));
      }
    }
  }

  /** The number of processes that is built in is added, where neither says one. */
  public static LimitPolicy of(Limits defaults, Limits maxima, Quotas quotas) {
    Limits builtIn = maxima.pids() == null ? WorkerConfig.DEFAULT_LIMITS : Limits.NONE;
    return new LimitPolicy(defaults.orElse(builtIn), maxima, quotas);
  }

  private static void requireStandard(Quota quota, long bound, @Nullable Long standard) {
    if (standard == null) {
      throw new InvalidSpecException(
          "quotas." + quota,
          "needs a default_limits." + quota.limit() + ", for jobs that ask for none");
    }
    if (standard > bound) {
      throw new InvalidSpecException(
          "quotas." + quota,
          "must be at least what a job gets that asks for nothing, %s, was %s: set a lower default_limits.%s"
              .formatted(quota.words(standard), quota.words(bound), quota.limit()));
    }
  }

  public LimitPolicy withDefaults(Limits limits) {
    return new LimitPolicy(limits, maxima, quotas);
  }

  public LimitPolicy withMaxima(Limits limits) {
    return new LimitPolicy(defaults, limits, quotas);
  }

  public LimitPolicy withQuotas(Quotas value) {
    return new LimitPolicy(defaults, maxima, value);
  }

  /**
   * The same with each disk by the kernel's name, by which what is asked of one and what it may be
   * are compared.
   *
   * @param files on the disk that bounds without a device are for
   * @throws InvalidSpecException naming the bound of the configuration whose device is no disk, or
   *     that exceeds its maximum by another name
   */
  LimitPolicy named(LimitJudge host, Path files) throws IOException {
    return new LimitPolicy(
        named(DEFAULTS, defaults, host, files), named(MAXIMA, maxima, host, files), quotas);
  }

  private static Limits named(String section, Limits limits, LimitJudge host, Path files)
      throws IOException {
    try {
      return host.named(limits, files);
    } catch (InvalidSpecException e) {
      throw in(section, e);
    }
  }

  /**
   * Refuses what a host cannot enforce on jobs that ask for nothing: none could start. What bounds
   * for the disk of a job's files come to is not known before there is a job.
   *
   * @throws InvalidSpecException naming what it is in the configuration, why, and the way out
   */
  public void requireEnforceable(LimitJudge host) throws IOException {
    LimitPolicy policy = withDevices().named(host, Path.of("/"));
    require(MAXIMA, Limits.NONE.within(policy.maxima), host);
    require(DEFAULTS, policy.standard(), host);
  }

  private LimitPolicy withDevices() {
    return new LimitPolicy(withDevices(defaults), withDevices(maxima), quotas);
  }

  private static Limits withDevices(Limits limits) {
    return limits.withIo(limits.io().stream().filter(io -> io.device() != null).toList());
  }

  private static void require(String section, Limits limits, LimitJudge host) throws IOException {
    try {
      host.require(limits);
    } catch (InvalidSpecException e) {
      throw in(section, e);
    }
  }

  /** The limit by its name in a section of the configuration. */
  private static InvalidSpecException in(String section, InvalidSpecException e) {
    String limit = e.field().substring("limits.".length());
    String key =
        switch (limit) {
          case "cpu_millis" -> "cpus";
          case "memory_bytes" -> "memory";
          case "swap_bytes" -> "swap";
          case "output_bytes" -> "max_output";
          default -> limit;
        };
    return new InvalidSpecException(section + "." + key, e.problem());
  }

  /** What a job gets that asks for nothing. */
  public Limits standard() {
    return granted(Limits.NONE);
  }

  /**
   * What a job gets that asks for {@code asked}.
   *
   * @throws InvalidSpecException naming the field of a limit that exceeds its maximum
   */
  public Limits granted(Limits asked) {
    return asked.orElse(defaults).within(maxima);
  }
}
