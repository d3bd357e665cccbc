package dev.jobd.worker;

import dev.jobd.worker.Quotas.StartRate;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What live jobs take of the quotas. A start takes its part of all of them in one step, before
 * anything is made for it, or nothing: so starts at one time do not exceed a quota together.
 *
 * <p>What is used is summed up from the live jobs whenever it is asked for. There is no second
 * account of it, so nothing is given back twice, or never.
 */
final class QuotaLedger {
  private final Quotas quotas;
  private final Limits standard;
  private final LongSupplier clock;

  /** Of owners with live jobs, or who have started jobs so lately that it still counts. */
  private final Map<Owner, Account> accounts = new HashMap<>();

  /** What a job counts with, of each quota. */
  private record Part(Map<Quota, Long> amounts) {
    static Part of(Limits limits) {
      Map<Quota, Long> amounts = new EnumMap<>(Quota.class);
      for (Quota quota : Quota.values()) {
        amounts.put(quota, quota.partOf(limits));
      }
      return new Part(amounts);
    }

    long of(Quota quota) {
      return amounts.getOrDefault(quota, 0L);
    }

    /** The larger of both, of each. */
    Part or(Part other) {
      Map<Quota, Long> larger = new EnumMap<>(amounts);
      other.amounts.forEach((quota, amount) -> larger.merge(quota, amount, Math::max));
      return new Part(larger);
    }
  }

  private static final class Account {
    private final Map<JobId, Part> live = new HashMap<>();
    private final @Nullable StartPace pace;

    Account(@Nullable StartPace pace) {
      this.pace = pace;
    }

    boolean isIdle(long now) {
      return live.isEmpty() && (pace == null || pace.isFull(now));
    }
  }

  /**
   * @param clock monotonic, in nanoseconds
   */
  QuotaLedger(LimitPolicy policy, LongSupplier clock) {
    this.quotas = policy.quotas();
    this.standard = policy.standard();
    this.clock = clock;
  }

  /**
   * A job is to be started.
   *
   * @throws QuotaExceededException where a quota has no room for it; nothing is taken then
   */
  synchronized void take(JobId job, Owner owner, Limits limits) {
    long now = clock.getAsLong();
    Account account = account(owner, now);
    requireRoom(account, limits, _ -> true);
    if (account.pace != null) {
      account.pace.take(now);
    }
    account.live.put(job, Part.of(limits));
    accounts.put(owner, account);
  }

  /**
   * A job is live that an earlier worker started. It counts even where it exceeds a quota, and
   * where it lacks a limit that there is a quota of now, as one that is started now.
   */
  synchronized void takeUp(JobId job, Owner owner, Limits limits) {
    Account account = account(owner, clock.getAsLong());
    account.live.put(job, Part.of(limits.orElse(standard)));
    accounts.put(owner, account);
  }

  /**
   * The limits of a live job are to change. Until {@link #settle} says to what they have, it counts
   * with the larger of all that it may have. Those of one that is not live change nothing. Only
   * what grows needs room: where jobs that were taken up exceed a quota, each may still be given
   * less.
   *
   * @throws QuotaExceededException where a quota has no room for the new ones; the old ones count
   *     on then
   */
  synchronized void change(JobId job, Owner owner, Limits limits) {
    Account account = accounts.get(owner);
    Part before = account == null ? null : account.live.get(job);
    if (account == null || before == null) {
      return;
    }
    Limits asked = limits.orElse(standard);
    Part after = Part.of(asked);
    account.live.remove(job); // it makes room for itself
    try {
      requireRoom(account, asked, quota -> after.of(quota) > before.of(quota));
      account.live.put(job, before.or(after));
    } catch (QuotaExceededException e) {
      account.live.put(job, before);
      throw e;
    }
  }

  /** A live job has these limits, which it had or was to have. */
  synchronized void settle(JobId job, Owner owner, Limits limits) {
    Account account = accounts.get(owner);
    if (account != null) {
      account.live.computeIfPresent(job, (_, _) -> Part.of(limits.orElse(standard)));
    }
  }

  /** A job is over, or never came to be. May be told more than once. */
  synchronized void giveBack(JobId job, Owner owner) {
    Account account = accounts.get(owner);
    if (account != null) {
      account.live.remove(job);
      if (account.isIdle(clock.getAsLong())) {
        accounts.remove(owner);
      }
    }
  }

  /**
   * How much output of the owner's ended jobs may be kept beside what his live ones may come to;
   * {@code null} where that is not bounded.
   */
  synchronized @Nullable Long outputRoom(Owner owner) {
    return room(Quota.OUTPUT, owner);
  }

  /** The same of all owners together. */
  synchronized @Nullable Long totalOutputRoom() {
    return room(Quota.TOTAL_OUTPUT, null);
  }

  private @Nullable Long room(Quota quota, @Nullable Owner owner) {
    Long bound = quota.of(quotas);
    Account account = accounts.get(owner);
    return bound == null ? null : (Long) Math.max(0, bound - used(quota, account));
  }

  /** What live jobs take, of each quota that there is; of all owners where it is shared. */
  synchronized Map<Quota, QuotaUse> use(Owner owner) {
    Map<Quota, QuotaUse> uses = new EnumMap<>(Quota.class);
    for (Quota quota : Quota.values()) {
      Long bound = quota.of(quotas);
      if (bound != null) {
        long used = used(quota, accounts.get(owner));
        uses.put(quota, new QuotaUse(quota.toString(), quota.unit(), bound, used));
      }
    }
    return uses;
  }

  private Account account(Owner owner, long now) {
    Account known = accounts.get(owner);
    if (known != null) {
      return known;
    }
    accounts.values().removeIf(account -> account.isIdle(now));
    StartRate rate = quotas.startRate();
    return new Account(rate == null ? null : new StartPace(rate, now));
  }

  private void requireRoom(Account account, Limits limits, Predicate<Quota> takesOf) {
    for (Quota quota : Quota.values()) {
      Long bound = quota.of(quotas);
      if (bound != null && takesOf.test(quota)) {
        long asked = quota.partOf(limits);
        long used = used(quota, account);
        if (asked > bound - used) {
          throw quota.exceeded(bound, used, asked);
        }
      }
    }
  }

  private long used(Quota quota, @Nullable Account account) {
    Stream<Account> counting =
        quota.isShared() ? accounts.values().stream() : Stream.ofNullable(account);
    return counting
        .flatMap(each -> each.live.values().stream())
        .mapToLong(part -> part.of(quota))
        .reduce(0, QuotaLedger::saturatedSum);
  }

  /** Parts are not negative; where jobs were taken up that no quota bounded, many are a lot. */
  private static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
