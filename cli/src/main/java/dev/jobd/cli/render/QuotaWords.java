package dev.jobd.cli.render;

import dev.jobd.api.v1.QuotaUse;

/** What quotas bound, in words and in the units of the options. */
public final class QuotaWords {
  private QuotaWords() {}

  /** For example {@code running jobs}. */
  public static String name(QuotaUse use) {
    return Printable.escape(use.getQuota().replace('_', ' '));
  }

  /** For example {@code 1.5G}. */
  public static String used(QuotaUse use) {
    return amount(use.getQuota(), use.getUsed());
  }

  /** For example {@code 32G}. */
  public static String limit(QuotaUse use) {
    return amount(use.getQuota(), use.getLimit());
  }

  private static String amount(String quota, long amount) {
    return switch (quota) {
      case "cpus" -> Amount.cores(amount);
      case "memory", "output", "total_output" -> Amount.bytes((double) amount);
      default -> Long.toString(amount);
    };
  }
}
