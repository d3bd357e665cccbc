package dev.jobd.worker.output;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What followers meet, in short. */
final class Events {
  private Events() {}

  /** Everything until the follower waits or ends. */
  static List<String> drain(Follower follower) throws IOException {
    List<String> events = new ArrayList<>();
    while (true) {
      OutputEvent event = follower.poll();
      events.add(describe(event));
      if (event instanceof OutputEvent.Pending || event instanceof OutputEvent.End) {
        return events;
      }
    }
  }

  static String describe(OutputEvent event) {
    return switch (event) {
      case OutputEvent.Chunk c ->
          c.stream() + "@" + c.offset() + ":" + new String(c.bytes(), StandardCharsets.US_ASCII);
      case OutputEvent.Gap g -> g.stream() + "@" + g.offset() + "-" + g.droppedBytes();
      case OutputEvent.Pending _ -> "pending";
      case OutputEvent.End e -> "end@" + e.offset();
    };
  }
}
