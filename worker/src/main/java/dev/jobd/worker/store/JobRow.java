package dev.jobd.worker.store;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.RequestedJob;
import dev.jobd.worker.model.StartRequest;
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

  /** Who has a job whose owner cannot be read any more: whoever may see all jobs sees it. */
  private static final Owner NOBODY = new Owner(UNREADABLE);

  private final long seq;
  private final JobId id;
  private final String owner;
  private final @Nullable String name;
  private final Instant createdAt;
  private final long outputKept;
  private final long outputDropped;
  private final @Nullable Instant outputExpiredAt;
  private final @Nullable OutputRule outputExpiredBy;
  private final byte[] state;
  private final byte[] spec;
  private final byte @Nullable [] askedLimits;

  private JobRow(ResultSet row) throws SQLException {
    seq = row.getLong("seq");
    id = new JobId(UUID.fromString(row.getString("id")));
    owner = row.getString("owner");
    name = row.getString("name");
    createdAt = Nanos.toInstant(row.getLong("created_at"));
    outputKept = row.getLong("output_kept");
    outputDropped = row.getLong("output_dropped");
    long expired = row.getLong("output_expired_at");
    outputExpiredAt = row.wasNull() ? null : Nanos.toInstant(expired);
    outputExpiredBy = rule(row.getString("output_expired_by"));
    state = row.getBytes("state");
    spec = row.getBytes("spec");
    askedLimits = row.getBytes("asked_limits");
  }

  /** Null where there is none that is known. */
  private static @Nullable OutputRule rule(@Nullable String name) {
    for (OutputRule rule : OutputRule.values()) {
      if (rule.name().equals(name)) {
        return rule;
      }
    }
    return null;
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
   * @throws IOException naming the job, where a column or a document is corrupt
   */
  JobRecord decode() throws IOException {
    try {
      return new JobRecord(
          id,
          new Owner(owner),
          SpecDocument.decode(spec),
          createdAt,
          StateDocument.decode(state),
          new OutputSize(outputKept, outputDropped),
          outputExpiredAt,
          outputExpiredBy);
    } catch (CorruptDocumentException | InvalidSpecException e) {
      throw new IOException("record of job " + id + " is corrupt: " + e.getMessage(), e);
    }
  }

  /**
   * The record, as the answer to {@code request}, which it was selected by.
   *
   * @throws IOException naming the job, where a column or a document is corrupt
   */
  RequestedJob decodeWith(RequestId request) throws IOException {
    JobRecord record = decode();
    try {
      if (askedLimits == null) {
        throw new CorruptDocumentException("asked limits: they are missing");
      }
      return new RequestedJob(
          record, new StartRequest(request, LimitsDocument.decode(askedLimits)));
    } catch (CorruptDocumentException e) {
      throw new IOException("request of job " + id + " is corrupt: " + e.getMessage(), e);
    }
  }

  /**
   * The record; where something of it is corrupt, what the rest still tells, ended and lost. One
   * that is corrupt must not hide the others.
   */
  JobRecord decodeOrLost() {
    try {
      return decode();
    } catch (IOException e) {
      Verdict verdict = new Verdict.Lost(String.valueOf(e.getMessage()));
      return new JobRecord(
          id,
          ownerOrPlaceholder(),
          specOrPlaceholder(),
          createdAt,
          new JobState.Ended(null, createdAt, verdict),
          outputOrNone(),
          outputExpiredAt,
          outputExpiredBy);
    }
  }

  private Owner ownerOrPlaceholder() {
    try {
      return new Owner(owner);
    } catch (InvalidSpecException e) {
      return NOBODY;
    }
  }

  private JobSpec specOrPlaceholder() {
    try {
      return SpecDocument.decode(spec);
    } catch (CorruptDocumentException e) {
      boolean named = name != null && JobSpec.isName(name);
      return JobSpec.builder(List.of(UNREADABLE)).name(named ? name : null).build();
    }
  }

  private OutputSize outputOrNone() {
    try {
      return new OutputSize(outputKept, outputDropped);
    } catch (InvalidSpecException e) {
      return OutputSize.NONE;
    }
  }
}
