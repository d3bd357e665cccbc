package dev.jobd.worker.store;

import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/**
 * Connections that read, made when first needed and used again. Who finds them all in use waits:
 * one selection takes less than a millisecond.
 */
final class ReadConnections implements Closeable {
  static final int MAX_CONNECTIONS = 4;

  private final Database database;
  private final Semaphore permits = new Semaphore(MAX_CONNECTIONS, true);
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  ReadConnections(Database database) {
    this.database = database;
  }

  /**
   * The records that {@code selection} finds, as of one moment.
   *
   * @param what it is for, in words for an error: {@code list jobs}
   * @param maxBytes of documents; the row that exceeds it is the last one read
   */
  List<JobRow> select(String what, Selection selection, long maxBytes) throws IOException {
    return read(
        what,
        selection,
        result -> {
          List<JobRow> rows = new ArrayList<>();
          long bytes = 0;
          while (bytes <= maxBytes && result.next()) {
            JobRow row = JobRow.of(result);
            rows.add(row);
            bytes += row.documentBytes();
          }
          return rows;
        });
  }

  /** What a selection finds, read from its first row on. */
  @FunctionalInterface
  interface Reading<T> {
    T of(ResultSet result) throws SQLException;
  }

  /** The same of anything; {@code reading} is given the result before its first row. */
  <T> T read(String what, Selection selection, Reading<T> reading) throws IOException {
    permits.acquireUninterruptibly();
    try {
      if (closed) {
        throw new IOException("cannot " + what + ": the store is closed");
      }
      Connection pooled = idle.poll();
      Connection connection = pooled != null ? pooled : database.connectToRead();
      try {
        T found = read(connection, selection, reading);
        idle.push(connection);
        return found;
      } catch (SQLException e) {
        throw Database.closing(connection, database.failure(what, e));
      }
    } finally {
      permits.release();
    }
  }

  /** Waits for those who read, then closes. */
  @Override
  public void close() throws IOException {
    permits.acquireUninterruptibly(MAX_CONNECTIONS);
    try {
      closed = true;
      for (Connection c = idle.poll(); c != null; c = idle.poll()) {
        c.close();
      }
    } catch (SQLException e) {
      throw database.failure("close", e);
    } finally {
      permits.release(MAX_CONNECTIONS);
    }
  }

  private static <T> T read(Connection connection, Selection selection, Reading<T> reading)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(selection.sql())) {
      List<Object> parameters = selection.parameters();
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
      try (ResultSet result = statement.executeQuery()) {
        return reading.of(result);
      }
    }
  }
}
