package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.store.History.Deletion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/** How ended jobs and their outputs are let go, within a transaction of {@link WriteSession}. */
final class Removals {
  private static final String SELECT_JOB =
      "SELECT seq, phase, output_kept, output_expired_at, spec FROM jobs WHERE id = ?";

  private final Connection connection;
  private final Counters counters;

  Removals(Connection connection, Counters counters) {
    this.connection = connection;
    this.counters = counters;
  }

  /**
   * A record, as far as letting go of it takes it.
   *
   * @param labels empty where the specification is corrupt
   */
  private record Row(
      long seq,
      boolean live,
      boolean hasOutput,
      long outputBytes,
      Optional<Map<String, String>> labels) {}

  void expireOutput(JobId id, long at) throws SQLException {
    Optional<Row> row = select(id);
    if (row.isEmpty() || row.get().live() || !row.get().hasOutput()) {
      return;
    }
    update("UPDATE jobs SET output_expired_at = ? WHERE seq = ?", at, row.get().seq());
    counters.outputExpired(row.get().outputBytes());
    toRemove(id);
  }

  Deletion delete(JobId id) throws SQLException {
    Optional<Row> row = select(id);
    if (row.isEmpty()) {
      return Deletion.ABSENT;
    }
    if (row.get().live()) {
      return Deletion.LIVE;
    }
    deleteLabels(row.get());
    update("DELETE FROM jobs WHERE seq = ?", row.get().seq());
    counters.deleted(row.get().seq(), row.get().outputBytes());
    toRemove(id);
    return Deletion.DELETED;
  }

  void removed(JobId id) throws SQLException {
    update("DELETE FROM removals WHERE job = ?", id.toString());
  }

  private void toRemove(JobId id) throws SQLException {
    removed(id); // an expiry that was not finished: one entry is enough
    update("INSERT INTO removals (job) VALUES (?)", id.toString());
  }

  private Optional<Row> select(JobId id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT_JOB)) {
      statement.setString(1, id.toString());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        boolean hasOutput = row.getObject("output_expired_at") == null;
        return Optional.of(
            new Row(
                row.getLong("seq"),
                !row.getString("phase").equals("ENDED"),
                hasOutput,
                hasOutput ? row.getLong("output_kept") : 0,
                labels(row.getBytes("spec"))));
      }
    }
  }

  private static Optional<Map<String, String>> labels(byte[] spec) {
    try {
      return Optional.of(SpecDocument.decode(spec).labels());
    } catch (CorruptDocumentException e) {
      return Optional.empty();
    }
  }

  /** One by one, by their key; where it is not known which there are, all are looked at. */
  private void deleteLabels(Row row) throws SQLException {
    if (row.labels().isEmpty()) {
      update("DELETE FROM job_labels WHERE seq = ?", row.seq());
      return;
    }
    for (Map.Entry<String, String> label : row.labels().get().entrySet()) {
      update(
          "DELETE FROM job_labels WHERE label_key = ? AND label_value = ? AND seq = ?",
          label.getKey(),
          label.getValue(),
          row.seq());
    }
  }

  private void update(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
