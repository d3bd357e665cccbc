package dev.jobd.worker.store;

import dev.jobd.worker.model.TimeRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records between two others, neither included, by their sequence numbers.
 *
 * <p>Records are listed in the order of their insertion, and a time is none: clocks are set back,
 * and of two concurrent starts either may be recorded first. But every record's creation is known
 * to be at most {@code max_setback} before the latest creation up to it. So
 *
 * <ul>
 *   <li>whatever was created at T or later comes after any record created before T - max_setback:
 *       were it before, that one would have been set back by more;
 *   <li>whatever was created before T comes before any record created at T + max_setback or later,
 *       for the same reason.
 * </ul>
 *
 * The nearest such records, one lookup each, enclose all that a time range can hold, and little
 * else while the clock goes as clocks go.
 */
record SeqRange(long after, long before) {
  static final SeqRange ALL = new SeqRange(0, Long.MAX_VALUE);

  /** Finds one row: {@code after} and {@code before}, each {@code null} where it is open. */
  static Selection enclosing(TimeRange times) {
    return new Selection(
        """
        SELECT
          (SELECT seq FROM jobs WHERE created_at < ? - max_setback
           ORDER BY created_at DESC LIMIT 1) AS after,
          (SELECT seq FROM jobs WHERE created_at >= ? + max_setback
           ORDER BY created_at LIMIT 1) AS before
        FROM counters
        """,
        List.of(bound(times.from(), Long.MIN_VALUE), bound(times.until(), Long.MAX_VALUE)));
  }

  static SeqRange read(ResultSet row) throws SQLException {
    if (!row.next()) {
      return ALL;
    }
    long after = row.getLong("after"); // 0 where it is open
    long before = row.getLong("before");
    return new SeqRange(after, row.wasNull() ? ALL.before : before);
  }

  /** The part of this range that is before a sequence number. */
  SeqRange upTo(long seq) {
    return new SeqRange(after, Math.min(before, seq));
  }

  private static long bound(@Nullable Instant time, long open) {
    return time == null ? open : Nanos.saturated(time);
  }
}
