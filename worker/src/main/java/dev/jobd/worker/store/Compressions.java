package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The table behind {@link Uncompressed}, within a transaction of {@link WriteSession}. */
final class Compressions {
  private final PreparedStatement insert;
  private final PreparedStatement delete;

  Compressions(Connection connection) throws SQLException {
    insert = connection.prepareStatement("INSERT INTO uncompressed (job, ended_at) VALUES (?, ?)");
    delete = connection.prepareStatement("DELETE FROM uncompressed WHERE job = ?");
  }

  /** A job has ended, at so many nanoseconds since 1970. */
  void ended(JobId job, long endedAt, long outputBytes) throws SQLException {
    if (outputBytes >= Uncompressed.MIN_BYTES) {
      insert.setString(1, job.toString());
      insert.setLong(2, endedAt);
      insert.executeUpdate();
    }
  }

  /** The output of a job is compressed, or let go. */
  void done(JobId job) throws SQLException {
    delete.setString(1, job.toString());
    delete.executeUpdate();
  }
}
