package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What {@link DoomedServer} has asked for and acknowledged before it died. */
final class Said {
  final Set<JobId> started = new HashSet<>();
  final Set<JobId> stopped = new HashSet<>();
  final Set<JobId> deleting = new HashSet<>();
  final Set<JobId> deleted = new HashSet<>();

  /** The verdicts, in words. */
  final Map<JobId, String> ended = new HashMap<>();

  void hear(String line) {
    String[] words = line.split(" ", 3);
    if (words.length < 2) {
      return; // opened; or the last line, cut by the kill, which was not said whole
    }
    JobId.parse(words[1])
        .ifPresentOrElse(
            id -> hear(words, id), () -> assertThat(line).as("said").doesNotStartWith("failed"));
  }

  private void hear(String[] words, JobId id) {
    switch (words[0]) {
      case "started" -> started.add(id);
      case "stopping" -> {}
      case "stopped" -> stopped.add(id);
      case "ended" -> ended.put(id, words[2]);
      case "deleting" -> deleting.add(id);
      case "deleted" -> deleted.add(id);
      default -> throw new AssertionError("said " + String.join(" ", words));
    }
  }
}
