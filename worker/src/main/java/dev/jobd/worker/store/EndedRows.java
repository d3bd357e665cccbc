package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.store.History.EndedJob;
import dev.jobd.worker.store.History.Holdings;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@link History} and {@link Uncompressed} read, from the rows it is in. */
final class EndedRows {
  private EndedRows() {}

  static Holdings readHoldings(ResultSet row) throws SQLException {
    if (!row.next()) {
      throw new SQLException("the row of counters is missing");
    }
    return new Holdings(row.getLong("ended_jobs"), row.getLong("output_bytes"));
  }

  static List<EndedJob> read(ResultSet row) throws SQLException {
    List<EndedJob> jobs = new ArrayList<>();
    while (row.next()) {
      Instant endedAt = Nanos.toInstant(row.getLong("ended_at"));
      long outputBytes = row.getLong("output_bytes");
      id(row).ifPresent(id -> jobs.add(new EndedJob(id, endedAt, outputBytes)));
    }
    return jobs;
  }

  static List<Uncompressed.Output> readUncompressed(ResultSet row) throws SQLException {
    List<Uncompressed.Output> outputs = new ArrayList<>();
    while (row.next()) {
      Instant endedAt = Nanos.toInstant(row.getLong("ended_at"));
      id(row).ifPresent(id -> outputs.add(new Uncompressed.Output(id, endedAt)));
    }
    return outputs;
  }

  static List<JobId> readIds(ResultSet row) throws SQLException {
    List<JobId> ids = new ArrayList<>();
    while (row.next()) {
      id(row).ifPresent(ids::add);
    }
    return ids;
  }

  /** Empty where the column is corrupt: one record must not keep the others from being let go. */
  private static Optional<JobId> id(ResultSet row) throws SQLException {
    return JobId.parse(row.getString("id"));
  }
}
