package dev.jobd.worker.store;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.RequestedJob;
import dev.jobd.worker.model.StartRequest;
import dev.jobd.worker.model.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Job records in one SQLite file: one thread writes, any thread reads what was last committed. The
 * file belongs to one store at a time; whoever holds the directory sees to that.
 */
public final class SqliteJobStore implements JobStore, History, Uncompressed {
  /**
   * Specifications and states on one page: thousands of usual ones, and never more than one job of
   * the largest kind alone, so that a page costs a server no more than a job.
   */
  static final long MAX_PAGE_BYTES = 512 << 10;

  /** What a write that holds no document holds, about. */
  private static final int REMOVAL_BYTES = 256;

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
  public CompletableFuture<Void> insert(JobRecord record, @Nullable StartRequest request) {
    try {
      NewRow row = NewRow.of(record, request);
      return writer.write(
          Write.urgent(
              "insert job " + record.id(), row.documentBytes(), session -> session.insert(row)));
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
      @Nullable Long endedAt = NewRow.endOf(record);
      return writer.write(
          urgency.of(
              "update job " + id,
              state.length,
              session -> session.update(id, phase, output, state, endedAt)));
    } catch (IOException e) {
      return refused("update", record, e);
    }
  }

  @Override
  public CompletableFuture<Boolean> updateLimits(JobRecord record) {
    AtomicBoolean updated = new AtomicBoolean();
    try {
      JobId id = record.id();
      byte[] spec = SpecDocument.encode(record.spec());
      return writer
          .write(
              Write.urgent(
                  "update the limits of job " + id,
                  spec.length,
                  session -> updated.set(session.updateLiveSpec(id, spec))))
          .thenApply(done -> updated.get());
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
  public Optional<RequestedJob> find(Owner owner, RequestId request) throws IOException {
    List<JobRow> rows =
        readers.select(
            "find the job of request " + request, Selection.of(owner, request), Long.MAX_VALUE);
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst().decodeWith(request));
  }

  @Override
  public Page<JobRecord> list(JobQuery query) throws IOException {
    writer.settle();
    long before = query.pageToken() == null ? Long.MAX_VALUE : PageToken.parse(query.pageToken());
    SeqRange range = enclosing(query.created()).upTo(before);
    Search search = Search.of(query, range, readers);
    List<JobRow> rows = readers.select("list jobs", Selection.of(query, search), MAX_PAGE_BYTES);
    int fitting = fitting(rows, query.pageSize());
    List<JobRecord> page = records(rows.subList(0, fitting));
    boolean all = fitting == rows.size();
    return new Page<>(
        page, all ? search.nextToken() : PageToken.before(rows.get(fitting - 1).seq()));
  }

  private SeqRange enclosing(TimeRange times) throws IOException {
    return times.equals(TimeRange.ALWAYS)
        ? SeqRange.ALL
        : readers.read("list jobs", SeqRange.enclosing(times), SeqRange::read);
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
    return readers.read("list live jobs", Selection.live(), SqliteJobStore::decodeEach);
  }

  @Override
  public Holdings holdings() throws IOException {
    return readers.read(
        "count ended jobs",
        new Selection("SELECT ended_jobs, output_bytes FROM counters", List.of()),
        EndedRows::readHoldings);
  }

  @Override
  public long keptOutput(Owner owner) throws IOException {
    return readers.read(
        "count kept output",
        new Selection(
            "SELECT output_bytes FROM kept_outputs WHERE owner = ?", List.of(owner.name())),
        row -> row.next() ? row.getLong("output_bytes") : 0);
  }

  @Override
  public List<EndedJob> oldest(int most) throws IOException {
    return readers.read("list ended jobs", Selection.oldest(most), EndedRows::read);
  }

  @Override
  public List<EndedJob> oldestWithOutput(int most) throws IOException {
    return readers.read("list kept outputs", Selection.oldestWithOutput(most), EndedRows::read);
  }

  @Override
  public CompletableFuture<Void> expireOutput(JobId id, Instant at, OutputRule rule) {
    try {
      long nanos = Nanos.of(at);
      return writer.write(
          Write.urgent(
              "expire the output of job " + id,
              REMOVAL_BYTES,
              session -> session.removals().expireOutput(id, nanos, rule)));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<List<JobId>> expireOldest(
      @Nullable Owner owner, long keep, int most, Instant at) {
    String name = owner == null ? null : owner.name();
    AtomicReference<List<JobId>> expired = new AtomicReference<>(List.of());
    try {
      long nanos = Nanos.of(at);
      return writer
          .write(
              Write.urgent(
                  "expire outputs that ended first",
                  REMOVAL_BYTES,
                  session -> expired.set(session.removals().expireOldest(name, keep, most, nanos))))
          .thenApply(done -> expired.get());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Deletion> delete(JobId id) {
    AtomicReference<Deletion> deletion = new AtomicReference<>(Deletion.ABSENT);
    return writer
        .write(
            Write.urgent(
                "delete job " + id,
                REMOVAL_BYTES,
                session -> deletion.set(session.removals().delete(id))))
        .thenApply(done -> deletion.get());
  }

  @Override
  public List<JobId> removals(@Nullable JobId after, int most) throws IOException {
    return readers.read(
        "list directories to remove",
        Selection.removals(after == null ? "" : after.toString(), most),
        EndedRows::readIds);
  }

  @Override
  public List<JobId> unknown(List<JobId> ids) throws IOException {
    Set<JobId> unknown = new LinkedHashSet<>(ids);
    readers
        .read("look for jobs", Selection.known(ids), EndedRows::readIds)
        .forEach(unknown::remove);
    return List.copyOf(unknown);
  }

  @Override
  public CompletableFuture<Void> removed(JobId id) {
    return writer.write(
        Write.urgent(
            "note that the directory of job " + id + " is removed",
            REMOVAL_BYTES,
            session -> session.removals().removed(id)));
  }

  @Override
  public List<Output> uncompressed(@Nullable Output after, int most) throws IOException {
    return readers.read(
        "list uncompressed outputs",
        after == null
            ? Selection.uncompressed(Long.MIN_VALUE, "", most)
            : Selection.uncompressed(Nanos.of(after.endedAt()), after.job().toString(), most),
        EndedRows::readUncompressed);
  }

  @Override
  public boolean isUncompressed(JobId job) throws IOException {
    return readers.read(
        "look for an uncompressed output", Selection.uncompressed(job), ResultSet::next);
  }

  @Override
  public CompletableFuture<Void> compressed(JobId job) {
    return writer.write(
        Write.lazy(
            "note that the output of job " + job + " is compressed",
            REMOVAL_BYTES,
            session -> session.compressions().done(job)));
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

  /** Row by row: the documents of all would take as much memory as the records. */
  private static List<JobRecord> decodeEach(ResultSet result) throws SQLException {
    List<JobRecord> records = new ArrayList<>();
    while (result.next()) {
      records.add(JobRow.of(result).decodeOrLost());
    }
    return records;
  }

  private static List<JobRecord> records(List<JobRow> rows) {
    return rows.stream().map(JobRow::decodeOrLost).toList();
  }

  private static <T> CompletableFuture<T> refused(String verb, JobRecord record, IOException why) {
    return CompletableFuture.failedFuture(
        new IOException("cannot " + verb + " job " + record.id() + ": " + why.getMessage(), why));
  }
}
