package dev.jobd.worker.store;

import dev.jobd.worker.model.JobQuery;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a page is looked for: who leads, and how far back.
 *
 * <p>A name and a label, or two labels, may each be those of half a million jobs and of no job
 * together; no index says so. Then whichever leads to the fewest jobs does, and the page looks at
 * {@value #MAX_LOOKED_AT} of those at most: it may hold few jobs or none, and says where the next
 * one goes on. So a page is cheap whatever is asked for, and the sparsest condition, chosen anew
 * for each, goes the furthest back with it.
 *
 * @param lead {@code null} where the query has not two conditions to choose from
 * @param range the part that this page is about
 * @param cut whether there may be more before it
 */
record Search(@Nullable Lead lead, SeqRange range, boolean cut) {
  static final int MAX_LOOKED_AT = 10_000;

  /**
   * How many jobs a condition leads to, up to the bound, and how far back they are.
   *
   * @param floor the oldest of them; 0 where there is none
   */
  private record Probe(Lead lead, int found, long floor) {
    boolean complete() {
      return found < MAX_LOOKED_AT;
    }
  }

  /** Those that lead to all of theirs first, the fewest first; then those that go furthest back. */
  private static final Comparator<Probe> SPARSEST_FIRST =
      Comparator.comparing((Probe probe) -> !probe.complete())
          .thenComparingInt(probe -> probe.complete() ? probe.found() : 0)
          .thenComparingLong(Probe::floor);

  static Search of(JobQuery query, SeqRange range, ReadConnections readers) throws IOException {
    List<Lead> leads = Lead.of(query);
    // An id prefix, or not having ended, leaves few jobs by itself.
    if (leads.size() < 2 || query.idPrefix() != null || !Selection.mayHaveEnded(query)) {
      return new Search(leads.isEmpty() ? null : leads.getFirst(), range, false);
    }
    Probe best = null;
    for (Lead lead : leads) {
      Probe probe =
          readers.read(
              "list jobs",
              Selection.probe(query, lead, range, MAX_LOOKED_AT),
              row -> read(row, lead));
      best = best == null || SPARSEST_FIRST.compare(probe, best) < 0 ? probe : best;
    }
    return best == null || best.complete()
        ? new Search(best == null ? null : best.lead(), range, false)
        : new Search(best.lead(), new SeqRange(best.floor() - 1, range.before()), true);
  }

  private static Probe read(ResultSet row, Lead lead) throws SQLException {
    return row.next()
        ? new Probe(lead, row.getInt("found"), row.getLong("floor"))
        : new Probe(lead, 0, 0);
  }

  /** The token of the page after one that holds all that was found here; {@code null}: none is. */
  @Nullable String nextToken() {
    return cut ? PageToken.before(range.after() + 1) : null;
  }
}
