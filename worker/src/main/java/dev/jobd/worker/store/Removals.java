package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.store.History.Deletion;
import dev.jobd.worker.store.History.EndedJob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How ended jobs and their outputs are let go, within a transaction of {@link WriteSession}. */
final class Removals {
  private static final String SELECT_JOB =
      "SELECT seq, owner, phase, output_kept, output_expired_at, spec FROM jobs WHERE id = ?";

  private final Connection connection;
  private final Counters counters;
  private final Compressions compressions;
  private final PreparedStatement selectJob;
  private final PreparedStatement expireOutput;
  private final PreparedStatement deleteJob;
  private final PreparedStatement deleteLabel;
  private final PreparedStatement deleteAllLabels;
  private final PreparedStatement insertRemoval;
  private final PreparedStatement deleteRemoval;

  Removals(Connection connection, Counters counters, Compressions compressions)
      throws SQLException {
    this.connection = connection;
    this.counters = counters;
    this.compressions = compressions;
    selectJob = connection.prepareStatement(SELECT_JOB);
    expireOutput =
        connection.prepareStatement(
            "UPDATE jobs SET output_expired_at = ?, output_expired_by = ? WHERE seq = ?");
    deleteJob = connection.prepareStatement("DELETE FROM jobs WHERE seq = ?");
    deleteLabel =
        connection.prepareStatement(
            "DELETE FROM job_labels WHERE label_key = ? AND label_value = ? AND seq = ?");
    deleteAllLabels = connection.prepareStatement("DELETE FROM job_labels WHERE seq = ?");
    insertRemoval = connection.prepareStatement("INSERT INTO removals (job) VALUES (?)");
    deleteRemoval = connection.prepareStatement("DELETE FROM removals WHERE job = ?");
  }

  /**
   * A record, as far as letting go of it takes it.
   *
   * @param labels empty where the specification is corrupt
   */
  private record Row(
      long seq,
      String owner,
      boolean live,
      boolean hasOutput,
      long outputBytes,
      Optional<Map<String, String>> labels) {}

  void expireOutput(JobId id, long at, OutputRule rule) throws SQLException {
    Optional<Row> row = select(id);
    if (row.isEmpty() || row.get().live() || !row.get().hasOutput()) {
      return;
    }
    execute(expireOutput, at, rule.name(), row.get().seq());
    counters.outputExpired(row.get().owner(), row.get().outputBytes());
    toRemove(id);
  }

  /** See {@link History#expireOldest}. */
  List<JobId> expireOldest(@Nullable String owner, long keep, int most, long at)
      throws SQLException {
    long excess = counters.keptOutput(owner) - keep;
    if (excess <= 0) {
      return List.of();
    }
    OutputRule rule = owner == null ? OutputRule.TOTAL_QUOTA : OutputRule.OWNER_QUOTA;
    List<JobId> expired = new ArrayList<>();
    for (EndedJob job : oldestWithBytes(owner, most)) {
      if (excess <= 0) {
        break;
      }
      expireOutput(job.id(), at, rule);
      expired.add(job.id());
      excess -= job.outputBytes();
    }
    return expired;
  }

  private List<EndedJob> oldestWithBytes(@Nullable String owner, int most) throws SQLException {
    Selection oldest = Selection.oldestWithBytes(owner, most);
    try (PreparedStatement select = connection.prepareStatement(oldest.sql())) {
      bind(select, oldest.parameters().toArray());
      try (ResultSet rows = select.executeQuery()) {
        return EndedRows.read(rows);
      }
    }
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
    execute(deleteJob, row.get().seq());
    counters.deleted(row.get().seq(), row.get().owner(), row.get().outputBytes());
    toRemove(id);
    return Deletion.DELETED;
  }

  void removed(JobId id) throws SQLException {
    execute(deleteRemoval, id.toString());
  }

  private void toRemove(JobId id) throws SQLException {
    compressions.done(id);
    removed(id); // an expiry that was not finished: one entry is enough
    execute(insertRemoval, id.toString());
  }

  private Optional<Row> select(JobId id) throws SQLException {
    selectJob.setString(1, id.toString());
    try (ResultSet row = selectJob.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      boolean hasOutput = row.getObject("output_expired_at") == null;
      return Optional.of(
          new Row(
              row.getLong("seq"),
              row.getString("owner"),
              !row.getString("phase").equals("ENDED"),
              hasOutput,
              hasOutput ? row.getLong("output_kept") : 0,
              labels(row.getBytes("spec"))));
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
      execute(deleteAllLabels, row.seq());
      return;
    }
    for (Map.Entry<String, String> label : row.labels().get().entrySet()) {
      execute(deleteLabel, label.getKey(), label.getValue(), row.seq());
    }
  }

  private static void execute(PreparedStatement statement, Object... values) throws SQLException {
    bind(statement, values);
    statement.executeUpdate();
  }

  private static void bind(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
