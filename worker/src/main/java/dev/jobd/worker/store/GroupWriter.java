package dev.jobd.worker.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. A commit costs a wait for the disk, so everything that was asked for
 * during one commit goes into the next one together: alone, a write waits for one commit; under
 * load the rate grows with the group.
 *
 * <p>A write that the records refuse fails alone. Where anything else fails, no write of the group
 * is kept and all of them fail; the session is thrown away with whatever state the engine left it
 * in, and the next group begins with a new one. Nothing else is needed to heal.
 */
final class GroupWriter {
  private final Database database;
  private final WriteQueue queue = new WriteQueue();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Thread thread;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicInteger pending = new AtomicInteger();

  /** Of the writing thread alone; {@code null} after a failure. */
  private @Nullable WriteSession session;

  private GroupWriter(Database database, WriteSession session) {
    this.database = database;
    this.session = session;
    this.thread = Thread.ofPlatform().name("jobd-store-writer").daemon().unstarted(this::run);
  }

  /** Brings the schema up to date and starts to write. */
  static GroupWriter start(Database database) throws IOException {
    GroupWriter writer = new GroupWriter(database, WriteSession.open(database));
    writer.thread.start();
    return writer;
  }

  /** See {@link JobStore} for who waits where there is no room. */
  CompletableFuture<Void> write(Write write) {
    pending.incrementAndGet();
    // A dependent that asks for a write runs on the very thread that would make room.
    boolean accepted =
        thread.equals(Thread.currentThread()) ? queue.putAtOnce(write) : queue.put(write);
    if (!accepted) {
      failClosed(write);
    }
    return write.done();
  }

  /** Returns when everything that was asked for before is done, well or not. */
  void settle() {
    if (pending.get() > 0) {
      write(Write.urgent("wait for what was asked for", 0, session -> {}))
          .exceptionally(e -> null)
          .join();
    }
  }

  long commits() {
    return commits.get();
  }

  /** Returns when everything that was asked for is done and the session is closed. */
  void close() throws IOException {
    queue.close();
    try {
      ended.join();
    } catch (CompletionException e) {
      throw new IOException("cannot close " + database.file() + ": " + e.getCause(), e);
    }
  }

  private void run() {
    try {
      List<Write> group = queue.takeAll();
      while (!group.isEmpty()) {
        carryOut(group);
        pending.addAndGet(-group.size());
        group = queue.takeAll();
      }
      if (session != null) {
        session.close();
      }
      ended.complete(null);
    } catch (Throwable e) {
      ended.completeExceptionally(e);
    } finally {
      // Nothing is left here, unless this thread came to an end that it should not have come to.
      queue.close();
      queue.takeRest().forEach(GroupWriter::failClosed);
    }
  }

  private static void failClosed(Write write) {
    write.fail(new IOException("cannot " + write.what() + ": the store is closed"));
  }

  private void carryOut(List<Write> group) {
    List<@Nullable RefusedWriteException> refusals = new ArrayList<>(group.size());
    try {
      if (session == null) {
        session = WriteSession.open(database);
      }
      for (Write write : group) {
        refusals.add(attempt(session, write));
      }
      session.commit();
      commits.incrementAndGet();
    } catch (Throwable e) { // whatever it is, those who wait must hear of it
      discardSession(e);
      group.forEach(write -> write.fail(database.failure(write.what(), e)));
      return;
    }
    for (int i = 0; i < group.size(); i++) {
      finish(group.get(i), refusals.get(i));
    }
  }

  private static @Nullable RefusedWriteException attempt(WriteSession session, Write write)
      throws SQLException {
    try {
      write.action().in(session);
      return null;
    } catch (RefusedWriteException e) {
      return e;
    }
  }

  private void finish(Write write, @Nullable RefusedWriteException refusal) {
    if (refusal == null) {
      write.succeed();
    } else {
      write.fail(database.failure(write.what(), refusal));
    }
  }

  private void discardSession(Throwable cause) {
    if (session != null) {
      try {
        session.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
      session = null;
    }
  }
}
