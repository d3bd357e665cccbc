package dev.jobd.worker.model;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some of a host's processors, by their numbers.
 *
 * @param list as the kernel writes it, {@code 0-1,3}: numbers and ranges, ascending; given in any
 *     order, with repetitions, it is put into this form
 */
public record CpuSet(String list) {
  /** The most processors that Linux can be built for on any machine. */
  public static final int MAX_CPUS = 8192;

  /** Each processor by itself, and its comma. */
  public static final int MAX_LIST_BYTES = 5 * MAX_CPUS;

  private static final String FIELD = "limits.cpuset";
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");

  public CpuSet {
    list = format(read(list));
  }

  /** Whether every processor of {@code other} is in this set. */
  public boolean contains(CpuSet other) {
    BitSet left = read(other.list);
    left.andNot(read(list));
    return left.isEmpty();
  }

  /** How many processors there are. */
  public int size() {
    return read(list).cardinality();
  }

  @Override
  public String toString() {
    return list;
  }

  private static BitSet read(String list) {
    if (list.length() > MAX_LIST_BYTES) {
      throw refused("was " + list.length() + " characters long");
    }
    BitSet cpus = new BitSet();
    for (String part : list.split(",", -1)) {
      Matcher range = RANGE.matcher(part);
      if (!range.matches()) {
        throw refused("was '" + list + "'");
      }
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (first > last || last >= MAX_CPUS) {
        throw refused("was '" + list + "'");
      }
      cpus.set(first, last + 1);
    }
    return cpus;
  }

  private static InvalidSpecException refused(String was) {
    return new InvalidSpecException(
        FIELD, "must be a list of processors below " + MAX_CPUS + " like 0-1,3, " + was);
  }

  private static String format(BitSet cpus) {
    StringBuilder list = new StringBuilder();
    for (int first = cpus.nextSetBit(0); first >= 0; ) {
      int end = cpus.nextClearBit(first);
      list.append(list.isEmpty() ? "" : ",").append(first);
      if (end - first > 1) {
        list.append('-').append(end - 1);
      }
      first = cpus.nextSetBit(end);
    }
    return list.toString();
  }
}
