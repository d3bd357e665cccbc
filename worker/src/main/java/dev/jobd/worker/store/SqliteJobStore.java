package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Job records in one SQLite file: one thread writes, any thread reads what was last committed. The
 * file belongs to one store at a time; whoever holds the directory sees to that.
 */
public final class SqliteJobStore implements JobStore {
  /**
   * Specifications and states on one page: thousands of usual ones, and never more than one job of
   * the largest kind alone, so that a page costs a server no more than a job.
   */
  static final long MAX_PAGE_BYTES = 512 << 10;

  private final GroupWriter writer;
  private final ReadConnections readers;

  private SqliteJobStore(GroupWriter writer, ReadConnections readers) {
    this.writer = writer;
    this.readers = readers;
  }

  /**
   * Opens the records in {@code file}, made with mode 0600 where it is absent; brings an older
   * schema up to date.
   *
   * @param file in a directory that exists
   * @throws IOException naming the file, where it cannot be used or was written by a newer jobd
   */
  public static SqliteJobStore open(Path file) throws IOException {
    Database database = Database.at(file);
    return new SqliteJobStore(GroupWriter.start(database), new ReadConnections(database));
  }

  @Override
  public CompletableFuture<Void> insert(JobRecord record) {
    try {
      long createdAt = Nanos.of(record.createdAt());
      byte[] spec = SpecDocument.encode(record.spec());
      byte[] state = StateDocument.encode(record.state());
      return writer.write(
          Write.urgent(
              "insert job " + record.id(),
              spec.length + state.length,
              session -> session.insert(record, createdAt, spec, state)));
    } catch (IOException e) {
      return refused("insert", record, e);
    }
  }

  @Override
  public CompletableFuture<Void> update(JobRecord record) {
    return update(record, Write::urgent);
  }

  @Override
  public CompletableFuture<Void> updateLazily(JobRecord record) {
    return update(record, Write::lazy);
  }

  @FunctionalInterface
  private interface Urgency {
    Write of(String what, int bytes, Write.Action action);
  }

  private CompletableFuture<Void> update(JobRecord record, Urgency urgency) {
    try {
      JobId id = record.id();
      JobQuery.Phase phase = JobQuery.Phase.of(record.state());
      OutputSize output = record.output();
      byte[] state = StateDocument.encode(record.state());
      return writer.write(
          urgency.of(
              "update job " + id,
              state.length,
              session -> session.update(id, phase, output, state)));
    } catch (IOException e) {
      return refused("update", record, e);
    }
  }

  @Override
  public Optional<JobRecord> find(JobId id) throws IOException {
    List<JobRow> rows = readers.select("find job " + id, Selection.of(id), Long.MAX_VALUE);
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst().decode());
  }

  @Override
  public Page<JobRecord> list(JobQuery query) throws IOException {
    writer.settle();
    long before = query.pageToken() == null ? Long.MAX_VALUE : PageToken.parse(query.pageToken());
    List<JobRow> rows = readers.select("list jobs", Selection.of(query, before), MAX_PAGE_BYTES);
    int fitting = fitting(rows, query.pageSize());
    List<JobRecord> page = records(rows.subList(0, fitting));
    boolean last = fitting == rows.size();
    return new Page<>(page, last ? null : PageToken.before(rows.get(fitting - 1).seq()));
  }

  /** How many of {@code rows} go on a page: one at least, so that the pages come to an end. */
  private static int fitting(List<JobRow> rows, int pageSize) {
    long bytes = 0;
    int count = 0;
    for (JobRow row : rows) {
      bytes += row.documentBytes();
      if (count == pageSize || (count > 0 && bytes > MAX_PAGE_BYTES)) {
        break;
      }
      count++;
    }
    return count;
  }

  @Override
  public List<JobRecord> live() throws IOException {
    return records(readers.select("list live jobs", Selection.live(), Long.MAX_VALUE));
  }

  @Override
  public void close() throws IOException {
    try (readers) {
      writer.close();
    }
  }

  /** How many transactions were committed since this store was opened. */
  long commits() {
    return writer.commits();
  }

  private static List<JobRecord> records(List<JobRow> rows) {
    return rows.stream().map(JobRow::decodeOrLost).toList();
  }

  private static CompletableFuture<Void> refused(String verb, JobRecord record, IOException why) {
    return CompletableFuture.failedFuture(
        new IOException("cannot " + verb + " job " + record.id() + ": " + why.getMessage(), why));
  }
}
