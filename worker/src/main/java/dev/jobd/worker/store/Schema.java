package dev.jobd.worker.store;

import dev.jobd.worker.model.JobState;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables, as the steps that lead to them. A step, once released, never changes; a change is a
 * new step at the end.
 *
 * <p>Columns hold what is filtered or sorted by; everything else of a record is in its two
 * documents, which carry versions of their own. Each index serves one shape of {@link Selection}:
 * equalities first, then {@code seq}, so that a page is read from where it begins, in order.
 */
final class Schema {
  private static final List<Step> STEPS =
      List.of(records(), history(), requests(), owners(), compression(), expiry());

  /** What this jobd writes, and the newest that it can read. */
  static final int VERSION = STEPS.size();

  private Schema() {}

  /** What leads from one version to the next. */
  @FunctionalInterface
  private interface Step {
    void take(Connection connection) throws SQLException;
  }

  private static Step records() {
    return sql(
        """
        CREATE TABLE jobs (
          seq            INTEGER PRIMARY KEY,
          id             TEXT    NOT NULL UNIQUE,
          owner          TEXT    NOT NULL,
          name           TEXT,
          phase          TEXT    NOT NULL,
          created_at     INTEGER NOT NULL, -- ns since 1970
          output_kept    INTEGER NOT NULL, -- bytes
          output_dropped INTEGER NOT NULL, -- bytes
          state          BLOB    NOT NULL,
          spec           BLOB    NOT NULL
        )
        """,
        "CREATE INDEX jobs_by_phase ON jobs (phase, seq)",
        "CREATE INDEX jobs_by_owner ON jobs (owner, phase, seq)",
        "CREATE INDEX jobs_by_name ON jobs (name, phase, seq) WHERE name IS NOT NULL",
        """
        CREATE INDEX jobs_by_owner_and_name ON jobs (owner, name, phase, seq)
        WHERE name IS NOT NULL
        """,
        """
        CREATE TABLE job_labels (
          label_key   TEXT    NOT NULL,
          label_value TEXT    NOT NULL,
          seq         INTEGER NOT NULL REFERENCES jobs (seq),
          PRIMARY KEY (label_key, label_value, seq)
        )
        """);
  }

  /** Times to list by, owners beside labels, and all that {@link History} needs. */
  private static Step history() {
    Step columns =
        sql(
            "ALTER TABLE jobs ADD COLUMN ended_at INTEGER", // ns since 1970
            "ALTER TABLE jobs ADD COLUMN output_expired_at INTEGER", // ns since 1970
            "ALTER TABLE job_labels ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
            """
            UPDATE job_labels
            SET owner = (SELECT owner FROM jobs WHERE jobs.seq = job_labels.seq)
            """);
    Step indexes = historyIndexes();
    Step accounts = historyAccounts();
    return connection -> {
      columns.take(connection);
      fillInEnds(connection);
      indexes.take(connection);
      accounts.take(connection);
    };
  }

  /** As before, with the time to test: what needs no look into the table is preferred. */
  private static Step historyIndexes() {
    return sql(
        "DROP INDEX jobs_by_phase",
        "DROP INDEX jobs_by_owner",
        "DROP INDEX jobs_by_name",
        "DROP INDEX jobs_by_owner_and_name",
        "CREATE INDEX jobs_by_phase ON jobs (phase, seq, created_at)",
        "CREATE INDEX jobs_by_owner ON jobs (owner, phase, seq, created_at)",
        """
        CREATE INDEX jobs_by_name ON jobs (name, phase, seq, created_at)
        WHERE name IS NOT NULL
        """,
        """
        CREATE INDEX jobs_by_owner_and_name ON jobs (owner, name, phase, seq, created_at)
        WHERE name IS NOT NULL
        """,
        "CREATE INDEX jobs_by_creation ON jobs (created_at)",
        "CREATE INDEX jobs_by_end ON jobs (ended_at, seq) WHERE ended_at IS NOT NULL",
        """
        CREATE INDEX jobs_with_output_by_end ON jobs (ended_at, seq)
        WHERE ended_at IS NOT NULL AND output_expired_at IS NULL
        """,
        """
        CREATE INDEX job_labels_by_owner
        ON job_labels (owner, label_key, label_value, seq)
        """);
  }

  /** Of what is to be removed, and of what there is. */
  private static Step historyAccounts() {
    return sql(
        "CREATE TABLE removals (job TEXT PRIMARY KEY)",
        """
        CREATE TABLE counters (
          ended_jobs   INTEGER NOT NULL,
          output_bytes INTEGER NOT NULL, -- of ended jobs, where not expired
          last_seq     INTEGER NOT NULL, -- of all that were deleted
          max_setback  INTEGER NOT NULL  -- ns that a record's creation was behind an older one's
        )
        """,
        """
        INSERT INTO counters (ended_jobs, output_bytes, last_seq, max_setback)
        SELECT
          (SELECT COUNT(*) FROM jobs WHERE ended_at IS NOT NULL),
          (SELECT COALESCE(SUM(output_kept), 0) FROM jobs WHERE ended_at IS NOT NULL),
          0,
          (SELECT COALESCE(MAX(newest - created_at), 0) FROM
            (SELECT created_at, MAX(created_at) OVER (ORDER BY seq) AS newest FROM jobs)
            AS creations)
        """);
  }

  /** What a job answers, so that it is started once. */
  private static Step requests() {
    return sql(
        "ALTER TABLE jobs ADD COLUMN request_id TEXT",
        "ALTER TABLE jobs ADD COLUMN asked_limits BLOB", // with a request_id, and only so
        """
        CREATE UNIQUE INDEX jobs_by_request ON jobs (owner, request_id)
        WHERE request_id IS NOT NULL
        """);
  }

  /** What is kept of each owner's outputs, and how to find those that ended first. */
  private static Step owners() {
    return sql(
        """
        CREATE TABLE kept_outputs (
          owner        TEXT    PRIMARY KEY,
          output_bytes INTEGER NOT NULL -- of ended jobs, where not expired; more than 0
        )
        """,
        """
        INSERT INTO kept_outputs (owner, output_bytes)
        SELECT owner, SUM(output_kept) FROM jobs
        WHERE ended_at IS NOT NULL AND output_expired_at IS NULL AND output_kept > 0
        GROUP BY owner
        """,
        """
        CREATE INDEX jobs_with_bytes_by_end ON jobs (ended_at, seq)
        WHERE ended_at IS NOT NULL AND output_expired_at IS NULL AND output_kept > 0
        """,
        """
        CREATE INDEX jobs_with_bytes_by_owner_and_end ON jobs (owner, ended_at, seq)
        WHERE ended_at IS NOT NULL AND output_expired_at IS NULL AND output_kept > 0
        """);
  }

  /** The outputs that are not compressed yet, for {@link Uncompressed}. */
  private static Step compression() {
    return sql(
        """
        CREATE TABLE uncompressed (
          job      TEXT    PRIMARY KEY,
          ended_at INTEGER NOT NULL -- ns since 1970
        )
        """,
        "CREATE INDEX uncompressed_by_end ON uncompressed (ended_at, job)",
        """
        INSERT INTO uncompressed (job, ended_at)
        SELECT id, ended_at FROM jobs
        WHERE ended_at IS NOT NULL AND output_expired_at IS NULL AND output_kept >= 2048
        """);
  }

  /** Why an output was let go. */
  private static Step expiry() {
    return sql("ALTER TABLE jobs ADD COLUMN output_expired_by TEXT"); // the name of an OutputRule
  }

  /** From the documents, where they could only be read until now. */
  private static void fillInEnds(Connection connection) throws SQLException {
    try (PreparedStatement update =
            connection.prepareStatement("UPDATE jobs SET ended_at = ? WHERE seq = ?");
        Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT seq, created_at, state FROM jobs WHERE phase = 'ENDED' ORDER BY seq")) {
      while (row.next()) {
        update.setLong(1, endOf(row.getBytes("state"), row.getLong("created_at")));
        update.setLong(2, row.getLong("seq"));
        update.executeUpdate();
      }
    }
  }

  private static long endOf(byte[] state, long otherwise) {
    try {
      return StateDocument.decode(state) instanceof JobState.Ended ended
          ? Nanos.of(ended.at())
          : otherwise;
    } catch (IOException e) {
      return otherwise; // a record that is corrupt is shown as one that ended when it began
    }
  }

  /**
   * Takes the steps that are missing, all in one transaction. {@code connection} does not commit by
   * itself.
   */
  static void bringUpToDate(Connection connection, Path file) throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
      int found = version(statement);
      if (found > VERSION) {
        throw new IOException(
            "cannot open %s: its schema version is %d and this jobd knows up to %d; use a newer jobd, or move the file away to begin without its records"
                .formatted(file, found, VERSION));
      }
      if (found < VERSION) {
        takeSteps(connection, found, VERSION);
      }
    }
    connection.commit();
  }

  /** Without a commit. */
  static void takeSteps(Connection connection, int from, int to) throws SQLException {
    for (Step step : STEPS.subList(from, to)) {
      step.take(connection);
    }
    sql("DELETE FROM schema_version", "INSERT INTO schema_version (version) VALUES (" + to + ")")
        .take(connection);
  }

  private static Step sql(String... statements) {
    return connection -> {
      try (Statement statement = connection.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      }
    };
  }

  private static int version(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT MAX(version) FROM schema_version")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }
}
