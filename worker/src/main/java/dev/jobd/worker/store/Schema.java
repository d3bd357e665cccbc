package dev.jobd.worker.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
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
  private static final List<List<String>> STEPS =
      List.of(
          List.of(
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
              """));

  /** What this jobd writes, and the newest that it can read. */
  static final int VERSION = STEPS.size();

  private Schema() {}

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
        for (List<String> step : STEPS.subList(found, VERSION)) {
          for (String sql : step) {
            statement.execute(sql);
          }
        }
        statement.execute("DELETE FROM schema_version");
        statement.execute("INSERT INTO schema_version (version) VALUES (" + VERSION + ")");
      }
    }
    connection.commit();
  }

  private static int version(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT MAX(version) FROM schema_version")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }
}
