package dev.jobd.worker.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What followers meet, in short. */
final class Events {
  private Events() {}

  /** Everything until the follower waits or ends. */
  static List<String> drain(Follower follower) throws IOException {
    List<String> events = new ArrayList<>();
    while (true) {
      OutputEvent event = follower.pollCached();
      if (event instanceof OutputEvent.NotCached) {
        event = follower.poll(); // goes on from where the other gave up
      }
      if (event instanceof OutputEvent.Searching) {
        searchToItsEnd(follower);
        continue;
      }
      events.add(describe(event));
      if (event instanceof OutputEvent.Waiting || event instanceof OutputEvent.End) {
        return events;
      }
    }
  }

  /** Tells how many steps that took. */
  static int searchToItsEnd(Follower follower) throws IOException {
    int steps = 1;
    while (follower.search()) {
      steps++;
    }
    return steps;
  }

  static String describe(OutputEvent event) {
    return switch (event) {
      case OutputEvent.Start s -> "start@" + new TreeMap<>(s.offsets());
      case OutputEvent.Chunk c ->
          c.stream() + "@" + c.offset() + ":" + new String(c.bytes(), StandardCharsets.US_ASCII);
      case OutputEvent.Gap g -> g.stream() + "@" + g.offset() + "-" + g.droppedBytes();
      case OutputEvent.Waiting _ -> "pending";
      case OutputEvent.Searching _ -> "searching";
      case OutputEvent.NotCached _ -> "not cached";
      case OutputEvent.End e -> "end@" + e.offset();
    };
  }
}
