package dev.jobd.worker;

import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts that carry a request id, one at a time for each id of an owner: when the next one has its
 * turn, the one before is recorded or has left nothing. Holds no more than the starts under way.
 */
final class RequestTurns {
  private final Map<OwnedRequest, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  private record OwnedRequest(Owner owner, RequestId id) {}

  /** Until it is closed, nobody else has a turn with the same id of the same owner. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits for a turn. Not interruptibly: a start takes milliseconds, and after them the caller
   * knows what became of his.
   */
  Turn await(Owner owner, RequestId id) {
    OwnedRequest request = new OwnedRequest(owner, id);
    CompletableFuture<Void> over = new CompletableFuture<>();
    for (CompletableFuture<Void> before = underWay.putIfAbsent(request, over);
        before != null;
        before = underWay.putIfAbsent(request, over)) {
      before.join();
    }
    return () -> {
      underWay.remove(request, over);
      over.complete(null);
    };
  }
}
