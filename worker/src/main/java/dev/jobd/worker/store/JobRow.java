package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A record as it came from the table: columns read, documents not yet decoded. */
final class JobRow {
  /** What a record shows for a command that cannot be read any more. */
  private static final String UNREADABLE = "(unreadable)";

  private final long seq;
  private final JobId id;
  private final Owner owner;
  private final @Nullable String name;
  private final Instant createdAt;
  private final OutputSize output;
  private final byte[] state;
  private final byte[] spec;

  private JobRow(ResultSet row) throws SQLException {
    seq = row.getLong("seq");
    id = new JobId(UUID.fromString(row.getString("id")));
    owner = new Owner(row.getString("owner"));
    name = row.getString("name");
    createdAt = Nanos.toInstant(row.getLong("created_at"));
    output = new OutputSize(row.getLong("output_kept"), row.getLong("output_dropped"));
    state = row.getBytes("state");
    spec = row.getBytes("spec");
  }

  /** The row that {@code result} stands on. */
  static JobRow of(ResultSet result) throws SQLException {
    try {
      return new JobRow(result);
    } catch (IllegalArgumentException e) {
      throw new SQLException("row " + result.getLong("seq") + " is corrupt: " + e.getMessage(), e);
    }
  }

  long seq() {
    return seq;
  }

  int documentBytes() {
    return state.length + spec.length;
  }

  /**
   * The record.
   *
   * @throws IOException naming the job, where a document is corrupt
   */
  JobRecord decode() throws IOException {
    try {
      return new JobRecord(
          id, owner, SpecDocument.decode(spec), createdAt, StateDocument.decode(state), output);
    } catch (CorruptDocumentException e) {
      throw new IOException("record of job " + id + " is corrupt: " + e.getMessage(), e);
    }
  }

  /** The record; where a document is corrupt, what the columns still tell, ended and lost. */
  JobRecord decodeOrLost() {
    try {
      return decode();
    } catch (IOException e) {
      Verdict verdict = new Verdict.Lost(String.valueOf(e.getMessage()));
      return new JobRecord(
          id,
          owner,
          specOrPlaceholder(),
          createdAt,
          new JobState.Ended(null, createdAt, verdict),
          output);
    }
  }

  private JobSpec specOrPlaceholder() {
    try {
      return SpecDocument.decode(spec);
    } catch (CorruptDocumentException e) {
      return JobSpec.builder(List.of(UNREADABLE)).name(name).build();
    }
  }
}
