package dev.jobd.server.auth;

import dev.jobd.api.Errors;
import dev.jobd.server.auth.Policy.Decision;
import dev.jobd.server.auth.Policy.Target;
import dev.jobd.worker.Job;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the jobs that callers name, and decides what they may do to them. The one place where
 * ownership is checked.
 *
 * <p>Records are asked for only within what the caller may see. A foreign job that they may not see
 * is never read, so that neither the answer nor the time it takes tells it from an absent one.
 */
public final class JobAccess {
  /** Of a reference, in characters: names are the longest. */
  public static final int MAX_REFERENCE_LENGTH = 64;

  private static final Set<Phase> LIVE = Set.of(Phase.STARTING, Phase.RUNNING, Phase.STOPPING);
  private static final Set<Phase> ANY = Set.of();

  /** How many jobs of one name are looked at for whose they are; it is the newest that count. */
  private static final int NAMESAKES = 100;

  private final JobDirectory jobs;
  private final Roles roles;

  public JobAccess(JobDirectory jobs, Roles roles) {
    this.jobs = jobs;
    this.roles = roles;
  }

  /**
   * The job that {@code jobRef} names, if the caller may do {@code action} to it.
   *
   * @param jobRef a full id, the beginning of one (at least {@value JobQuery#MIN_ID_PREFIX_LENGTH}
   *     characters), or a name, which stands for the newest job of that name, a live one first,
   *     one's own before another's; one that several others have stands for none
   * @throws io.grpc.StatusRuntimeException JOB_NOT_FOUND, AMBIGUOUS_JOB, PERMISSION_DENIED or
   *     INVALID_FIELD
   * @throws UncheckedIOException where the records cannot be read
   */
  public Job resolve(Caller caller, String jobRef, Action action) {
    try {
      JobRecord record = locate(caller, jobRef, action);
      return jobs.find(record.id()).orElseThrow(() -> Errors.jobNotFound(jobRef));
    } catch (IOException e) {
      throw unreadable(jobRef, e);
    }
  }

  /**
   * {@code query} narrowed to the jobs that the caller may see.
   *
   * @throws io.grpc.StatusRuntimeException PERMISSION_DENIED where it asks for the jobs of others
   *     and the caller may not see them
   */
  public JobQuery visible(Caller caller, JobQuery query) {
    if (Policy.seesForeign(roles.permissions(caller))) {
      return query;
    }
    @Nullable Owner asked = query.owner();
    if (asked != null && !asked.equals(caller.owner())) {
      throw Errors.permissionDenied("role " + caller.role() + " may not read the jobs of others");
    }
    return query.withOwner(caller.owner());
  }

  /**
   * The record of the job that {@link #resolve} finds, as a list has it; also where no more of it
   * can be read.
   */
  public JobRecord resolveRecord(Caller caller, String jobRef, Action action) {
    try {
      return locate(caller, jobRef, action);
    } catch (IOException e) {
      throw unreadable(jobRef, e);
    }
  }

  private static UncheckedIOException unreadable(String jobRef, IOException e) {
    return new UncheckedIOException("find job " + jobRef + ": " + e.getMessage(), e);
  }

  /** The record behind {@link #resolve}. */
  JobRecord locate(Caller caller, String jobRef, Action action) throws IOException {
    requireReference(jobRef);
    Optional<JobRecord> found = search(caller, jobRef);
    Target target =
        found
            .map(record -> record.owner().equals(caller.owner()) ? Target.OWN : Target.FOREIGN)
            .orElse(Target.ABSENT);
    Decision decision = Policy.decide(roles.permissions(caller), action, target);
    return switch (decision) {
      case ALLOW -> found.orElseThrow();
      case NOT_FOUND -> throw Errors.jobNotFound(jobRef);
      case DENIED -> throw denied(caller, action, target);
    };
  }

  private static RuntimeException denied(Caller caller, Action action, Target target) {
    String whose = target == Target.FOREIGN ? " of others" : "";
    return Errors.permissionDenied("role " + caller.role() + " may not " + action + whose);
  }

  private static void requireReference(String jobRef) {
    if (jobRef.isEmpty()) {
      throw Errors.invalidField("job", "must not be empty: give an id or a name");
    }
    if (jobRef.length() > MAX_REFERENCE_LENGTH) {
      throw Errors.invalidField(
          "job", "must be at most " + MAX_REFERENCE_LENGTH + " characters, was " + jobRef.length());
    }
  }

  /**
   * The visible job that {@code jobRef} names. Where one job's name is the beginning of another
   * one's id nothing is guessed: whoever may choose names could otherwise put a job of theirs in
   * another's place.
   */
  private Optional<JobRecord> search(Caller caller, String jobRef) throws IOException {
    Map<JobId, JobRecord> fitting = new LinkedHashMap<>();
    if (JobQuery.isIdPrefix(jobRef)) {
      JobQuery query = new JobQuery(null, jobRef, null, ANY, Map.of(), 2, null);
      jobs.list(visible(caller, query)).items().forEach(record -> fitting.put(record.id(), record));
    }
    if (JobId.parse(jobRef).isEmpty() && JobSpec.isName(jobRef)) {
      named(caller, jobRef).forEach(record -> fitting.put(record.id(), record));
    }
    if (fitting.size() > 1) {
      throw Errors.ambiguousJob(jobRef);
    }
    return fitting.values().stream().findFirst();
  }

  /**
   * A live job before one that has ended, one's own before those of others, of each the newest.
   * Where several others have one, all of them: which is meant, only an id can say.
   */
  private Collection<JobRecord> named(Caller caller, String name) throws IOException {
    for (Set<Phase> phases : List.of(LIVE, ANY)) {
      JobQuery query = new JobQuery(null, null, name, phases, Map.of(), NAMESAKES, null);
      List<JobRecord> own = jobs.list(query.withOwner(caller.owner())).items();
      List<JobRecord> found = own.isEmpty() ? jobs.list(visible(caller, query)).items() : own;
      if (!found.isEmpty()) {
        Map<Owner, JobRecord> newest = new LinkedHashMap<>();
        found.forEach(record -> newest.putIfAbsent(record.owner(), record));
        return newest.values();
      }
    }
    return List.of();
  }
}
