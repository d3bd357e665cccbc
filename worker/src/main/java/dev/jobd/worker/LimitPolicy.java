package dev.jobd.worker;

import dev.jobd.worker.cgroup.DiskSearch;
import dev.jobd.worker.cgroup.LimitJudge;
import dev.jobd.worker.cgroup.UnansweredException;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What jobs may take. Errors name what is wrong by its field in one of three sections: {@code
 * default_limits.memory_bytes}, {@code max_limits.io[sda].read_bps} with the disk as it is written,
 * {@code quotas.memory}.
 *
 * @param defaults for what a job does not ask for; within {@code maxima}
 * @param maxima of what a job may ask for; what neither it nor {@code defaults} say is at its
 *     maximum, if it has one. Those of disks say which
 * @param quotas of an owner's jobs together. Where there is one of processors, memory or output, a
 *     job must have that limit: {@code defaults} or {@code maxima} give it to those that ask for
 *     none
 */
public record LimitPolicy(Limits defaults, Limits maxima, Quotas quotas) {

  public static final LimitPolicy DEFAULT = of(Limits.NONE, Limits.NONE, Quotas.DEFAULT);

  private static final String DEFAULTS = "default_limits";
  private static final String MAXIMA = "max_limits";

  /** Of a bound for a disk, as a specification's errors have it. */
  private static final Pattern PLACE = Pattern.compile("limits\\.io\\[(\\d+)]\\.(\\w+)");

  /** Of nobody: where every bound names its disk. */
  private static final Path NO_FILES = Path.of("/");

  public LimitPolicy {
    if (maxima.nice() != null) {
      throw new InvalidSpecException(
          "max_limits.nice", "must be absent: a nice value only takes from a job");
    }
    requireDevices(maxima.io());
    try {
      defaults.within(maxima);
    } catch (InvalidSpecException e) {
      throw in(DEFAULTS, defaults, e);
    }
    for (Quota quota : Quota.values()) {
      Long bound = quota.of(quotas);
      if (bound != null) {
        requireStandard(quota, bound, quota.of(defaults.within(maxima)));
      }
    }
  }

  /** Whoever starts a job chooses its directory, and would choose the disk that has a maximum. */
  private static void requireDevices(List<IoLimit> maxima) {
    if (maxima.stream().anyMatch(io -> io.device() == null)) {
      throw new InvalidSpecException(
          "max_limits.io[].device",
          "must be there: name each disk that jobs may use (sda:50M), or give default_limits"
              + " for the one of a job's directory");
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
   * are compared. A default for the disk of a job's files stays as it is until there is a job.
   *
   * <p>Refuses what a host cannot enforce on jobs that ask for nothing: none could start.
   *
   * @throws InvalidSpecException naming what it is in the configuration, why, and the way out; also
   *     where two names of one disk have a bound of one kind
   */
  public LimitPolicy enforceable(LimitJudge host) throws IOException {
    Limits elsewhere = withDevices(defaults);
    List<IoLimit> io = new ArrayList<>(named(DEFAULTS, elsewhere, host).io());
    defaults.io().stream().filter(each -> each.device() == null).forEach(io::add);
    LimitPolicy policy = new LimitPolicy(defaults.withIo(io), named(MAXIMA, maxima, host), quotas);
    require(MAXIMA, Limits.NONE.within(policy.maxima), host);
    require(DEFAULTS, policy.standard(), host);
    return policy;
  }

  /** One by one: the judge takes the lower of two bounds, and a configuration is to mean one. */
  private static Limits named(String section, Limits limits, LimitJudge host) throws IOException {
    Map<String, IoLimit> bounds = new LinkedHashMap<>();
    for (IoLimit written : limits.io()) {
      Limits alone = Limits.NONE.withIo(List.of(written));
      try {
        IoLimit bound = host.named(alone, NO_FILES, DiskSearch.WAITING).io().getFirst();
        IoLimit other = bounds.get(bound.device());
        if (other != null) {
          requireApart(written, bound, other);
        }
        bounds.merge(String.valueOf(bound.device()), bound, IoLimit::and);
      } catch (InvalidSpecException e) {
        throw in(section, alone, e);
      }
    }
    return limits.withIo(List.copyOf(bounds.values()));
  }

  private static void requireApart(IoLimit written, IoLimit bound, IoLimit other) {
    bound
        .sharedWith(other)
        .ifPresent(
            field -> {
              throw new InvalidSpecException(
                  "limits.io[0]." + field,
                  "must be given once for each disk: %s is %s, which has one already"
                      .formatted(written.device(), bound.device()));
            });
  }

  private static Limits withDevices(Limits limits) {
    return limits.withIo(limits.io().stream().filter(io -> io.device() != null).toList());
  }

  /**
   * One that is {@link #enforceable}, for a job with these files: a default for their disk is one
   * of that disk, at most its maximum, or none where they are surely on no disk.
   *
   * @throws InvalidSpecException where their disk cannot be told
   */
  LimitPolicy forFiles(LimitJudge host, Path files, DiskSearch search) throws IOException {
    for (IoLimit limit : defaults.io()) {
      if (limit.device() == null) {
        Limits others = withDevices(defaults);
        Optional<String> disk = disk(host, files, search);
        return withDefaults(
            disk.isEmpty() ? others : others.withIo(with(limit.on(disk.get()), others.io())));
      }
    }
    return this;
  }

  private static Optional<String> disk(LimitJudge host, Path files, DiskSearch search)
      throws IOException {
    try {
      return host.disk(files, search);
    } catch (UnansweredException e) {
      throw untold(String.valueOf(e.getMessage()));
    } catch (InvalidSpecException e) {
      throw untold("it " + e.problem());
    }
  }

  private static InvalidSpecException untold(String why) {
    return new InvalidSpecException(
        "working_directory",
        "must be where its disk can be told, which default_limits bound: "
            + why
            + "; use another directory, or have default_limits name the disk");
  }

  private List<IoLimit> with(IoLimit limit, List<IoLimit> others) {
    List<IoLimit> io = new ArrayList<>(others);
    IoLimit lowest = limit;
    for (IoLimit other : Stream.concat(others.stream(), maxima.io().stream()).toList()) {
      if (Objects.equals(other.device(), limit.device())) {
        io.remove(other);
        lowest = lowest.and(other);
      }
    }
    io.add(lowest);
    return io;
  }

  private static void require(String section, Limits limits, LimitJudge host) throws IOException {
    try {
      host.require(limits);
    } catch (InvalidSpecException e) {
      throw in(section, limits, e);
    }
  }

  /**
   * A field of {@code limits} as one of a section of the configuration, where a disk goes by the
   * name that it has there.
   */
  private static InvalidSpecException in(String section, Limits limits, InvalidSpecException e) {
    Matcher disk = PLACE.matcher(e.field());
    String field = e.field().substring("limits".length());
    if (disk.matches()) {
      String device = limits.io().get(Integer.parseInt(disk.group(1))).device();
      field = ".io[" + (device == null ? "" : device) + "]." + disk.group(2);
    }
    return new InvalidSpecException(section + field, e.problem());
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
