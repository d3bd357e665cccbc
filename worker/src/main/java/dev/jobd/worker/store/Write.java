package dev.jobd.worker.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/**
 * One write that was asked for.
 *
 * @param what it does, in words for an error: {@code insert job 1234}
 * @param bytes how much memory it holds while it waits, about
 * @param urgent whether it begins a transaction, or may wait a moment for one to go along with
 * @param done what the caller waits for
 */
record Write(String what, int bytes, boolean urgent, Action action, CompletableFuture<Void> done) {
  static Write urgent(String what, int bytes, Action action) {
    return new Write(what, bytes, true, action, new CompletableFuture<>());
  }

  static Write lazy(String what, int bytes, Action action) {
    return new Write(what, bytes, false, action, new CompletableFuture<>());
  }

  void succeed() {
    done.complete(null);
  }

  void fail(IOException why) {
    done.completeExceptionally(why);
  }

  /** What a write does within a transaction. */
  @FunctionalInterface
  interface Action {
    /**
     * Does it, without a commit.
     *
     * @throws RefusedWriteException where this write cannot be done and nothing is wrong otherwise
     */
    void in(WriteSession session) throws SQLException, RefusedWriteException;
  }
}
