package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A question to the table of jobs.
 *
 * <p>A page reads about as many rows as it shows, however many there are, because something
 * selective leads, through an index that gives the rows newest first:
 *
 * <ul>
 *   <li>an id prefix: the few ids that begin so;
 *   <li>a label, where ended jobs are asked for: its jobs, all or those of one owner, the other
 *       conditions tested on each;
 *   <li>otherwise each phase by itself, with owner and name: the newest of each, then the newest of
 *       those. Jobs that are not ended are few, so labels may be tested on all of them.
 * </ul>
 *
 * <p>A time is a part of the sequence, see {@link SeqRange}; within it, each job's own is tested.
 *
 * <p>Where a query has a name and a label, or several labels, {@link Search} chooses which of them
 * leads and how far.
 *
 * <p>{@code CROSS JOIN} states who leads: SQLite keeps its order, to other engines it is a join.
 *
 * @param parameters in the order of their marks: strings and longs
 */
record Selection(String sql, List<Object> parameters) {
  private static final String SELECT =
      """
      SELECT
        seq, id, owner, name, created_at, output_kept, output_dropped, output_expired_at,
        output_expired_by, state, spec, asked_limits
      FROM jobs
      """;

  private static final String ENDED =
      """
      SELECT id, ended_at,
        CASE WHEN output_expired_at IS NULL THEN output_kept ELSE 0 END AS output_bytes
      FROM jobs
      """;

  static Selection of(JobId id) {
    return new Selection(SELECT + "WHERE id = ?", List.of(id.toString()));
  }

  static Selection of(Owner owner, RequestId request) {
    return new Selection(
        SELECT + "WHERE owner = ? AND request_id = ?", List.of(owner.name(), request.text()));
  }

  static Selection live() {
    Set<Phase> live = EnumSet.complementOf(EnumSet.of(Phase.ENDED));
    return new Selection(
        SELECT + "WHERE phase IN (" + marks(live) + ") ORDER BY seq",
        live.stream().<Object>map(Phase::name).toList());
  }

  static Selection oldest(int most) {
    return new Selection(
        ENDED + "WHERE ended_at IS NOT NULL ORDER BY ended_at, seq LIMIT ?", List.of((long) most));
  }

  static Selection oldestWithOutput(int most) {
    return new Selection(
        ENDED
            + "WHERE ended_at IS NOT NULL AND output_expired_at IS NULL"
            + " ORDER BY ended_at, seq LIMIT ?",
        List.of((long) most));
  }

  /** Of outputs that hold something, those that ended first; of all owners where there is none. */
  static Selection oldestWithBytes(@Nullable String owner, int most) {
    return new Selection(
        ENDED
            + "WHERE ended_at IS NOT NULL AND output_expired_at IS NULL AND output_kept > 0"
            + (owner == null ? "" : " AND owner = ?")
            + " ORDER BY ended_at, seq LIMIT ?",
        owner == null ? List.of((long) most) : List.of(owner, (long) most));
  }

  static Selection known(Collection<JobId> ids) {
    String marks = " IN (" + marks(ids) + ")";
    List<Object> twice = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ids.forEach(id -> twice.add(id.toString()));
    }
    return new Selection(
        "SELECT id FROM jobs WHERE id"
            + marks
            + " UNION ALL SELECT job FROM removals WHERE job"
            + marks,
        twice);
  }

  static Selection removals(String after, int most) {
    return new Selection(
        "SELECT job AS id FROM removals WHERE job > ? ORDER BY job LIMIT ?",
        List.of(after, (long) most));
  }

  static Selection uncompressed(long afterEnd, String afterJob, int most) {
    return new Selection(
        "SELECT job AS id, ended_at FROM uncompressed WHERE (ended_at, job) > (?, ?)"
            + " ORDER BY ended_at, job LIMIT ?",
        List.of(afterEnd, afterJob, (long) most));
  }

  static Selection uncompressed(JobId job) {
    return new Selection("SELECT 1 FROM uncompressed WHERE job = ?", List.of(job.toString()));
  }

  /** One row more than the page of {@code query} holds, where there is one. */
  static Selection of(JobQuery query, Search search) {
    return new PageSelection(query, search).build();
  }

  /**
   * Finds one row: {@code found}, how many ended jobs a condition of {@code query} leads to, at
   * most {@code most} of the newest within {@code range}, and {@code floor}, the oldest of them.
   */
  static Selection probe(JobQuery query, Lead lead, SeqRange range, int most) {
    List<Object> parameters = new ArrayList<>();
    String from =
        switch (lead) {
          case Lead.Name(String name) -> {
            parameters.add(Phase.ENDED.name());
            parameters.add(name);
            yield "jobs WHERE phase = ? AND name = ?";
          }
          case Lead.Label(String key, String value) -> {
            parameters.add(key);
            parameters.add(value);
            yield "job_labels WHERE label_key = ? AND label_value = ?";
          }
        };
    if (query.owner() != null) {
      from += " AND owner = ?";
      parameters.add(query.owner().name());
    }
    Collections.addAll(parameters, range.after(), range.before(), (long) most);
    return new Selection(
        "SELECT COUNT(*) AS found, COALESCE(MIN(seq), 0) AS floor FROM (SELECT seq FROM "
            + from
            + " AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?) AS newest",
        List.copyOf(parameters));
  }

  static boolean mayHaveEnded(JobQuery query) {
    return query.phases().isEmpty() || query.phases().contains(Phase.ENDED);
  }

  private static String marks(Collection<?> values) {
    return String.join(", ", Collections.nCopies(values.size(), "?"));
  }

  /** Collects SQL and parameters side by side. */
  private static final class PageSelection {
    private final JobQuery query;
    private final @Nullable Lead lead;
    private final SeqRange range;
    private final StringBuilder sql = new StringBuilder(SELECT);
    private final List<Object> parameters = new ArrayList<>();

    PageSelection(JobQuery query, Search search) {
      this.query = query;
      this.lead = search.lead();
      this.range = search.range();
    }

    Selection build() {
      add("WHERE seq IN (");
      if (query.idPrefix() != null) {
        ledByIdPrefix(query.idPrefix());
      } else if (lead instanceof Lead.Label label && mayHaveEnded(query)) {
        ledByLabel(label);
      } else {
        ledByPhases();
      }
      add(") ORDER BY seq DESC LIMIT ?", limit());
      return new Selection(sql.toString(), List.copyOf(parameters));
    }

    /**
     * Ids are made of 0-9, a-f and '-', so all that begin with the prefix sort below prefix + g.
     */
    private void ledByIdPrefix(String prefix) {
      add("SELECT j.seq FROM jobs lead CROSS JOIN jobs j");
      add(" WHERE lead.id >= ? AND lead.id < ? AND j.seq = lead.seq", prefix, prefix + "g");
      addPhases();
      addOtherConditions();
      addNewest("j.seq");
    }

    private void ledByLabel(Lead.Label label) {
      add("SELECT j.seq FROM job_labels lead CROSS JOIN jobs j");
      add(" WHERE lead.label_key = ? AND lead.label_value = ?", label.key(), label.value());
      if (query.owner() != null) {
        add(" AND lead.owner = ?", query.owner().name());
      }
      add(" AND j.seq = lead.seq");
      addPhases();
      addOtherConditions();
      addNewest("lead.seq");
    }

    private void ledByPhases() {
      if (query.phases().isEmpty() && query.owner() == null && query.name() == null) {
        add("SELECT j.seq FROM jobs j WHERE TRUE");
        addOtherConditions();
        addNewest("j.seq");
        return;
      }
      String separator = "";
      for (Phase phase : query.phases().isEmpty() ? EnumSet.allOf(Phase.class) : query.phases()) {
        add(
            separator + "SELECT seq FROM (SELECT j.seq FROM jobs j WHERE j.phase = ?",
            phase.name());
        addOtherConditions();
        addNewest("j.seq");
        add(") AS newest");
        separator = " UNION ALL ";
      }
    }

    private void addPhases() {
      if (!query.phases().isEmpty()) {
        add(" AND j.phase IN (" + marks(query.phases()) + ")");
        query.phases().forEach(phase -> parameters.add(phase.name()));
      }
    }

    private void addOtherConditions() {
      if (query.owner() != null) {
        add(" AND j.owner = ?", query.owner().name());
      }
      if (query.name() != null) {
        add(" AND j.name = ?", query.name());
      }
      addCreated(" AND +j.created_at >= ?", query.created().from());
      addCreated(" AND +j.created_at < ?", query.created().until());
      query.labels().forEach(this::addLabel);
    }

    /** The plus sign keeps SQLite from reading by time what is to come in sequence. */
    private void addCreated(String condition, @Nullable Instant bound) {
      if (bound != null) {
        add(condition, Nanos.saturated(bound));
      }
    }

    private void addNewest(String seq) {
      if (range.after() > SeqRange.ALL.after()) {
        add(" AND " + seq + " > ?", range.after());
      }
      add(" AND " + seq + " < ? ORDER BY " + seq + " DESC LIMIT ?", range.before(), limit());
    }

    private void addLabel(String key, String value) {
      add(" AND EXISTS (SELECT 1 FROM job_labels l");
      add(" WHERE l.label_key = ? AND l.label_value = ? AND l.seq = j.seq)", key, value);
    }

    private long limit() {
      return query.pageSize() + 1L;
    }

    private void add(String text, Object... values) {
      sql.append(text);
      Collections.addAll(parameters, values);
    }
  }
}
