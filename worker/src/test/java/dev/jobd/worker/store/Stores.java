package dev.jobd.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What tests do with stores. */
final class Stores {
  static final long BOUND_SECONDS = 60;

  private Stores() {}

  /** Waits until {@code write} is durable. */
  static <T> T durable(CompletableFuture<T> write) throws IOException, InterruptedException {
    try {
      return write.get(BOUND_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(IOException.class);
      throw (IOException) e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("not durable within " + BOUND_SECONDS + " s", e);
    }
  }

  static JobRecord inserted(JobStore store, JobRecord record)
      throws IOException, InterruptedException {
    durable(store.insert(record));
    return record;
  }

  static void insertAll(JobStore store, List<JobRecord> records)
      throws IOException, InterruptedException {
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (JobRecord record : records) {
      writes.add(store.insert(record));
    }
    for (CompletableFuture<Void> write : writes) {
      durable(write);
    }
  }

  /** Does something to the file that no store would do. */
  static void tamper(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
