package dev.jobd.worker;

/**
 * How much of a quota is used.
 *
 * @param quota its name in a configuration, for example {@code memory}
 * @param unit of both amounts: {@code jobs}, {@code bytes} or {@code cpu_millis}, thousandths of a
 *     core
 * @param limit how much there is
 * @param used more than {@code limit} only where it was set lower since
 */
public record QuotaUse(String quota, String unit, long limit, long used) {}
