package dev.jobd.worker.model;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list, newest first. {@code null} or empty means any.
 *
 * @param idPrefix the first characters of the id's canonical form
 * @param labels all of them must be there
 * @param pageToken where the page before ended, from {@link Page#nextToken}
 */
public record JobQuery(
    @Nullable Owner owner,
    @Nullable String idPrefix,
    @Nullable String name,
    Set<Phase> phases,
    Map<String, String> labels,
    int pageSize,
    @Nullable String pageToken) {

  public static final int MAX_PAGE_SIZE = 1000;
  public static final int DEFAULT_PAGE_SIZE = 100;

  /** All jobs, a default page of them. */
  public static final JobQuery ALL =
      new JobQuery(null, null, null, Set.of(), Map.of(), DEFAULT_PAGE_SIZE, null);

  public JobQuery {
    phases = Set.copyOf(phases);
    labels = Map.copyOf(labels);
    if (pageSize < 1 || pageSize > MAX_PAGE_SIZE) {
      throw new InvalidSpecException(
          "page_size", "must be 1 to " + MAX_PAGE_SIZE + ", was " + pageSize);
    }
  }

  /** The kinds of {@link JobState}, as something to filter by. */
  public enum Phase {
    STARTING,
    RUNNING,
    STOPPING,
    ENDED;

    public static Phase of(JobState state) {
      return switch (state) {
        case JobState.Starting _ -> STARTING;
        case JobState.Running _ -> RUNNING;
        case JobState.Stopping _ -> STOPPING;
        case JobState.Ended _ -> ENDED;
      };
    }
  }

  public JobQuery withOwner(Owner value) {
    return new JobQuery(value, idPrefix, name, phases, labels, pageSize, pageToken);
  }
}
