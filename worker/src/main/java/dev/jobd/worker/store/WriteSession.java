package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection that writes, one transaction after the other. For one thread, and the only one of
 * its file: what it checks stays true until it commits.
 */
final class WriteSession implements AutoCloseable {
  private static final String RECORDED = "SELECT phase, owner FROM jobs WHERE id = ?";
  private static final String REQUEST = "SELECT 1 FROM jobs WHERE owner = ? AND request_id = ?";
  private static final String INSERT_JOB =
      """
      INSERT INTO jobs
        (seq, id, owner, name, phase, created_at, output_kept, output_dropped, state, spec,
         ended_at, request_id, asked_limits)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;
  private static final String INSERT_LABEL =
      "INSERT INTO job_labels (label_key, label_value, seq, owner) VALUES (?, ?, ?, ?)";
  private static final String UPDATE_JOB =
      """
      UPDATE jobs
      SET phase = ?, output_kept = ?, output_dropped = ?, state = ?, ended_at = ?
      WHERE id = ?
      """;

  private static final String UPDATE_LIVE_SPEC =
      "UPDATE jobs SET spec = ? WHERE id = ? AND phase <> ?";

  private final Connection connection;
  private final PreparedStatement recorded;
  private final PreparedStatement request;
  private final PreparedStatement insertJob;
  private final PreparedStatement insertLabel;
  private final PreparedStatement updateJob;
  private final PreparedStatement updateLiveSpec;
  private final Counters counters;
  private final Compressions compressions;
  private final Removals removals;

  private WriteSession(Connection connection) throws SQLException {
    this.connection = connection;
    this.recorded = connection.prepareStatement(RECORDED);
    this.request = connection.prepareStatement(REQUEST);
    this.insertJob = connection.prepareStatement(INSERT_JOB);
    this.insertLabel = connection.prepareStatement(INSERT_LABEL);
    this.updateJob = connection.prepareStatement(UPDATE_JOB);
    this.updateLiveSpec = connection.prepareStatement(UPDATE_LIVE_SPEC);
    this.counters = new Counters(connection);
    this.compressions = new Compressions(connection);
    this.removals = new Removals(connection, counters, compressions);
  }

  /** Connects, and brings the schema up to date. */
  static WriteSession open(Database database) throws IOException {
    Connection connection = database.connectToWrite();
    try {
      connection.setAutoCommit(false);
      Schema.bringUpToDate(connection, database.file());
      return new WriteSession(connection);
    } catch (SQLException e) {
      throw Database.closing(connection, database.failure("open records", e));
    } catch (IOException e) {
      throw Database.closing(connection, e);
    }
  }

  Removals removals() {
    return removals;
  }

  Compressions compressions() {
    return compressions;
  }

  void insert(NewRow row) throws SQLException, RefusedWriteException {
    JobRecord record = row.record();
    if (recorded(record.id()).isPresent()) {
      throw new RefusedWriteException("there is a record with this id");
    }
    if (row.requestId() != null && isAnswered(record.owner(), row.requestId())) {
      throw new RefusedWriteException("there is a record for this request");
    }
    long seq = counters.nextSeq();
    insertJob.setLong(1, seq);
    insertJob.setString(2, record.id().toString());
    insertJob.setString(3, record.owner().name());
    insertJob.setString(4, record.spec().name());
    insertJob.setString(5, Phase.of(record.state()).name());
    insertJob.setLong(6, row.createdAt());
    insertJob.setLong(7, record.output().kept());
    insertJob.setLong(8, record.output().dropped());
    insertJob.setBytes(9, row.state());
    insertJob.setBytes(10, row.spec());
    insertJob.setObject(11, row.endedAt());
    insertJob.setString(12, row.requestId());
    insertJob.setBytes(13, row.askedLimits());
    insertJob.executeUpdate();
    counters.created(row.createdAt());
    if (row.endedAt() != null) {
      ended(record.id(), record.owner().name(), row.endedAt(), record.output());
    }
    for (Map.Entry<String, String> label : record.spec().labels().entrySet()) {
      insertLabel.setString(1, label.getKey());
      insertLabel.setString(2, label.getValue());
      insertLabel.setLong(3, seq);
      insertLabel.setString(4, record.owner().name());
      insertLabel.executeUpdate();
    }
  }

  /**
   * @param endedAt in nanoseconds since 1970; {@code null} while the job lives
   */
  void update(JobId id, Phase newPhase, OutputSize output, byte[] state, @Nullable Long endedAt)
      throws SQLException, RefusedWriteException {
    Recorded before =
        recorded(id)
            .orElseThrow(() -> new RefusedWriteException("there is no record with this id"));
    if (goesBack(before.phase(), newPhase)) {
      return;
    }
    updateJob.setString(1, newPhase.name());
    updateJob.setLong(2, output.kept());
    updateJob.setLong(3, output.dropped());
    updateJob.setBytes(4, state);
    updateJob.setObject(5, endedAt);
    updateJob.setString(6, id.toString());
    updateJob.executeUpdate();
    if (endedAt != null) {
      ended(id, before.owner(), endedAt, output);
    }
  }

  private void ended(JobId id, String owner, long endedAt, OutputSize output) throws SQLException {
    counters.ended(owner, output.kept());
    compressions.ended(id, endedAt, output.kept());
  }

  /**
   * Replaces a live job's specification.
   *
   * @param spec with the name and the labels that the job has: they are columns, too
   * @return whether there is such a job that lives
   */
  boolean updateLiveSpec(JobId id, byte[] spec) throws SQLException {
    updateLiveSpec.setBytes(1, spec);
    updateLiveSpec.setString(2, id.toString());
    updateLiveSpec.setString(3, Phase.ENDED.name());
    return updateLiveSpec.executeUpdate() > 0;
  }

  /** Makes everything since the last commit durable. */
  void commit() throws SQLException {
    connection.commit();
  }

  /** Forgets what was not committed. */
  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** What a record says, as far as changes of it take it. */
  private record Recorded(String phase, String owner) {}

  private Optional<Recorded> recorded(JobId id) throws SQLException {
    recorded.setString(1, id.toString());
    try (ResultSet row = recorded.executeQuery()) {
      return row.next()
          ? Optional.of(new Recorded(row.getString("phase"), row.getString("owner")))
          : Optional.empty();
    }
  }

  private boolean isAnswered(Owner owner, String requestId) throws SQLException {
    request.setString(1, owner.name());
    request.setString(2, requestId);
    try (ResultSet row = request.executeQuery()) {
      return row.next();
    }
  }

  private static boolean goesBack(String from, Phase to) {
    return from.equals(Phase.ENDED.name())
        || EnumSet.allOf(Phase.class).stream()
            .anyMatch(later -> later.compareTo(to) > 0 && later.name().equals(from));
  }
}
