package dev.jobd.worker;

/**
 * How much of a quota is used; both in jobs, bytes or thousandths of a core.
 *
 * @param quota its name in a configuration, for example {@code memory}
 * @param limit how much there is
 * @param used more than {@code limit} only where it was set lower since
 */
public record QuotaUse(String quota, long limit, long used) {}
