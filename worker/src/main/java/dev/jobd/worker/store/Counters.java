package dev.jobd.worker.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Totals, of all jobs and of each owner's, kept in the transactions that change them, so that no
 * question has to count a million records.
 */
final class Counters {
  private final PreparedStatement add;
  private final PreparedStatement addOfOwner;
  private final PreparedStatement dropOwner;
  private final PreparedStatement kept;
  private final PreparedStatement keptOfOwner;
  private final PreparedStatement raiseLastSeq;
  private final PreparedStatement setMaxSetback;
  private long lastSeq;
  private long newest;
  private long maxSetback;

  Counters(Connection connection) throws SQLException {
    add =
        connection.prepareStatement(
            "UPDATE counters SET ended_jobs = ended_jobs + ?, output_bytes = output_bytes + ?");
    addOfOwner =
        connection.prepareStatement(
            """
            INSERT INTO kept_outputs (owner, output_bytes) VALUES (?, ?)
            ON CONFLICT (owner) DO UPDATE
            SET output_bytes = kept_outputs.output_bytes + excluded.output_bytes
            """);
    dropOwner =
        connection.prepareStatement(
            "DELETE FROM kept_outputs WHERE owner = ? AND output_bytes = 0");
    kept = connection.prepareStatement("SELECT output_bytes FROM counters");
    keptOfOwner =
        connection.prepareStatement("SELECT output_bytes FROM kept_outputs WHERE owner = ?");
    raiseLastSeq =
        connection.prepareStatement("UPDATE counters SET last_seq = ? WHERE last_seq < ?");
    setMaxSetback = connection.prepareStatement("UPDATE counters SET max_setback = ?");
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT
                  max_setback,
                  last_seq AS deleted,
                  (SELECT COALESCE(MAX(seq), 0) FROM jobs) AS present,
                  (SELECT COALESCE(MAX(created_at), 0) FROM jobs) AS newest
                FROM counters
                """)) {
      if (!row.next()) {
        throw new SQLException("the row of counters is missing");
      }
      lastSeq = Math.max(row.getLong("deleted"), row.getLong("present"));
      newest = row.getLong("newest");
      maxSetback = row.getLong("max_setback");
    }
  }

  /** A sequence number that no record ever had: page tokens and labels rely on that. */
  long nextSeq() {
    return ++lastSeq;
  }

  /** A record was inserted. Concurrent starts, and clocks that are set, bring it out of order. */
  void created(long createdAt) throws SQLException {
    if (createdAt >= newest) {
      newest = createdAt;
      return;
    }
    long setback = newest - createdAt;
    if (setback < 0) { // overflow
      setback = Long.MAX_VALUE;
    }
    if (setback > maxSetback) {
      maxSetback = setback;
      setMaxSetback.setLong(1, setback);
      setMaxSetback.executeUpdate();
    }
  }

  void ended(String owner, long outputBytes) throws SQLException {
    add(1, owner, outputBytes);
  }

  void outputExpired(String owner, long outputBytes) throws SQLException {
    add(0, owner, -outputBytes);
  }

  /**
   * An ended job was deleted.
   *
   * @param outputBytes 0 where its output had expired before
   */
  void deleted(long seq, String owner, long outputBytes) throws SQLException {
    add(-1, owner, -outputBytes);
    raiseLastSeq.setLong(1, seq);
    raiseLastSeq.setLong(2, seq);
    raiseLastSeq.executeUpdate();
  }

  /** Bytes of ended jobs' outputs, where not expired; of all owners where there is none. */
  long keptOutput(@Nullable String owner) throws SQLException {
    if (owner != null) {
      keptOfOwner.setString(1, owner);
    }
    try (ResultSet row = (owner == null ? kept : keptOfOwner).executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private void add(int jobs, String owner, long outputBytes) throws SQLException {
    add.setInt(1, jobs);
    add.setLong(2, outputBytes);
    add.executeUpdate();
    if (outputBytes != 0) {
      addOfOwner.setString(1, owner);
      addOfOwner.setLong(2, outputBytes);
      addOfOwner.executeUpdate();
    }
    if (outputBytes < 0) {
      dropOwner.setString(1, owner);
      dropOwner.executeUpdate();
    }
  }
}
