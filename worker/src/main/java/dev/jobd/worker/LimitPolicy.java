package dev.jobd.worker;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Limits;
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

  public LimitPolicy {
    if (maxima.nice() != null) {
      throw new InvalidSpecException(
          "max_limits.nice", "must be absent: a nice value only takes from a job");
    }
    try {
      defaults.within(maxima);
    } catch (InvalidSpecException e) {
      throw new InvalidSpecException("default_" + e.field(), e.problem());
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
