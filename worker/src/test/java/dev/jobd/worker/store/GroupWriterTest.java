package dev.jobd.worker.store;

import static dev.jobd.worker.store.Stores.BOUND_SECONDS;
import static dev.jobd.worker.store.Stores.durable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GroupWriterTest {
  @TempDir Path directory;
  private Database database;
  private GroupWriter writer;

  @BeforeEach
  void start() throws IOException {
    database = Database.at(directory.resolve("jobs.db"));
    writer = GroupWriter.start(database);
  }

  @AfterEach
  void close() throws IOException {
    writer.close();
  }

  @Test
  void everyWriteByItselfIsOneCommit() throws Exception {
    durable(writer.write(insert(Samples.starting())));
    durable(writer.write(insert(Samples.starting())));

    assertThat(writer.commits()).isEqualTo(2);
  }

  @Test
  void whatIsAskedForDuringOneCommitGoesTogetherIntoTheNext() throws Exception {
    CompletableFuture<Void> letGo = holdWriter();
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      writes.add(writer.write(insert(Samples.starting())));
    }
    letGo.complete(null);
    for (CompletableFuture<Void> write : writes) {
      durable(write);
    }

    assertThat(writer.commits()).isEqualTo(2);
  }

  @Test
  void writesCompleteInTheOrderTheyWereAskedFor() throws Exception {
    CompletableFuture<Void> letGo = holdWriter();
    List<Integer> completed = Collections.synchronizedList(new ArrayList<>());
    List<Integer> asked = new ArrayList<>();
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      asked.add(number);
      writes.add(writer.write(insert(Samples.starting())).thenRun(() -> completed.add(number)));
    }
    letGo.complete(null);
    durable(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)));

    assertThat(completed).isEqualTo(asked);
  }

  @Test
  void refusedWriteFailsAloneInItsGroup() throws Exception {
    CompletableFuture<Void> letGo = holdWriter();
    JobRecord record = Samples.starting();
    CompletableFuture<Void> first = writer.write(insert(record));
    CompletableFuture<Void> duplicate = writer.write(insert(record));
    CompletableFuture<Void> last = writer.write(insert(Samples.starting()));
    letGo.complete(null);

    durable(first);
    durable(last);
    assertThatThrownBy(() -> durable(duplicate))
        .hasMessageEndingWith("there is a record with this id");
    assertThat(writer.commits()).isEqualTo(2);
  }

  static List<Throwable> causes() {
    return List.of(
        new SQLException("the disk is on fire"),
        new IllegalStateException("the disk is on fire"),
        new AssertionError("the disk is on fire"));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void anyOtherFailureFailsItsWholeGroupAndNoneAfterIt(Throwable cause) throws Exception {
    CompletableFuture<Void> letGo = holdWriter();
    JobRecord before = Samples.starting();
    JobRecord after = Samples.starting();
    List<CompletableFuture<Void>> group =
        List.of(
            writer.write(insert(before)),
            writer.write(Write.urgent("burn", 0, session -> sneak(cause))),
            writer.write(insert(after)));
    letGo.complete(null);

    for (CompletableFuture<Void> write : group) {
      assertThatThrownBy(() -> durable(write))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(" in " + database.file() + ": the disk is on fire")
          .hasRootCause(cause);
    }
    // Both are inserted anew: had either been kept, it would be a duplicate.
    durable(writer.write(insert(before)));
    durable(writer.write(insert(after)));
  }

  private static void sneak(Throwable cause) throws SQLException {
    switch (cause) {
      case SQLException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(cause);
    }
  }

  @Test
  void dependentsMayAskForWritesHoweverFullTheQueueIs() throws Exception {
    CompletableFuture<Void> letGo = holdWriter();
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int i = 0; i < WriteQueue.MAX_WRITES; i++) {
      writes.add(
          writer
              .write(nothing())
              .thenCompose(
                  _ -> CompletableFuture.allOf(writer.write(nothing()), writer.write(nothing()))));
    }
    letGo.complete(null);

    CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
        .get(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void closeCarriesOutWhatWasAskedFor() throws Exception {
    CompletableFuture<Void> letGo = holdWriter();
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      writes.add(writer.write(insert(Samples.starting())));
    }
    letGo.complete(null);
    writer.close();

    assertThat(writes).allMatch(write -> write.isDone() && !write.isCompletedExceptionally());
  }

  /** Has the writer wait in a transaction of its own until the result is completed. */
  private CompletableFuture<Void> holdWriter() throws Exception {
    CompletableFuture<Void> letGo = new CompletableFuture<>();
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CompletableFuture<Void> _ =
        writer.write(
            Write.urgent(
                "wait",
                0,
                session -> {
                  reached.complete(null);
                  letGo.orTimeout(BOUND_SECONDS, TimeUnit.SECONDS).join();
                }));
    reached.get(BOUND_SECONDS, TimeUnit.SECONDS);
    return letGo;
  }

  private static Write nothing() {
    return Write.urgent("do nothing", 0, session -> {});
  }

  private static Write insert(JobRecord record) throws IOException {
    NewRow row = NewRow.of(record, null);
    return Write.urgent("insert job " + record.id(), 100, session -> session.insert(row));
  }
}
