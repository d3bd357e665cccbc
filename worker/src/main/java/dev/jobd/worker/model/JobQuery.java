package dev.jobd.worker.model;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list, those recorded last first. {@code null}, or an empty set or map, means any.
 *
 * @param idPrefix the first characters of the id's canonical form, {@value #MIN_ID_PREFIX_LENGTH}
 *     at least: shorter ones fit so many jobs that the search is slow
 * @param name as a job can have it
 * @param labels all of them must be there; as a job can have them
 * @param created when they were asked for
 * @param pageToken where the page before ended, from {@link Page#nextToken}
 */
public record JobQuery(
    @Nullable Owner owner,
    @Nullable String idPrefix,
    @Nullable String name,
    Set<Phase> phases,
    Map<String, String> labels,
    TimeRange created,
    int pageSize,
    @Nullable String pageToken) {

  public static final int MAX_PAGE_SIZE = 1000;
  public static final int DEFAULT_PAGE_SIZE = 100;
  public static final int MIN_ID_PREFIX_LENGTH = 4;

  /** Longer than any token that a store gives out. */
  public static final int MAX_PAGE_TOKEN_LENGTH = 64;

  private static final Pattern ID_PREFIX =
      Pattern.compile("[0-9a-f-]{" + MIN_ID_PREFIX_LENGTH + "," + JobId.LENGTH + "}");

  /** All jobs, a default page of them. */
  public static final JobQuery ALL =
      new JobQuery(null, null, null, Set.of(), Map.of(), DEFAULT_PAGE_SIZE, null);

  /** Jobs of any time. */
  public JobQuery(
      @Nullable Owner owner,
      @Nullable String idPrefix,
      @Nullable String name,
      Set<Phase> phases,
      Map<String, String> labels,
      int pageSize,
      @Nullable String pageToken) {
    this(owner, idPrefix, name, phases, labels, TimeRange.ALWAYS, pageSize, pageToken);
  }

  public JobQuery {
    phases = Set.copyOf(phases);
    labels = Map.copyOf(labels);
    if (idPrefix != null && !isIdPrefix(idPrefix)) {
      throw new InvalidSpecException(
          "id_prefix", "must be " + MIN_ID_PREFIX_LENGTH + " to " + JobId.LENGTH + " of 0-9 a-f -");
    }
    if (name != null) {
      Text.requireName("name", name);
    }
    JobSpec.checkLabels(labels);
    Numbers.requireBetween("page_size", pageSize, 1, MAX_PAGE_SIZE);
    if (pageToken != null && pageToken.length() > MAX_PAGE_TOKEN_LENGTH) {
      throw new InvalidSpecException(
          "page_token",
          "must be one that came with a page, was longer than " + MAX_PAGE_TOKEN_LENGTH);
    }
  }

  /** Whether jobs can be asked for by {@code text} as the beginning of their ids. */
  public static boolean isIdPrefix(String text) {
    return ID_PREFIX.matcher(text).matches();
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
    return new JobQuery(value, idPrefix, name, phases, labels, created, pageSize, pageToken);
  }

  public JobQuery withCreated(TimeRange value) {
    return new JobQuery(owner, idPrefix, name, phases, labels, value, pageSize, pageToken);
  }

  public JobQuery withPageSizeAtMost(int most) {
    int size = Math.min(pageSize, most);
    return new JobQuery(owner, idPrefix, name, phases, labels, created, size, pageToken);
  }

  public JobQuery withPageToken(@Nullable String value) {
    return new JobQuery(owner, idPrefix, name, phases, labels, created, pageSize, value);
  }
}
