package dev.jobd.server.auth;

import dev.jobd.worker.Job;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Records in memory, listed as a worker lists them. Remembers what it was asked. */
final class FakeJobs implements JobDirectory {
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

  private final List<JobRecord> newestFirst = new ArrayList<>();
  final List<JobQuery> asked = new ArrayList<>();

  /** Adds a running job, newer than those before. */
  JobId running(String id, String owner, @Nullable String name) {
    return add(id, owner, name, new JobState.Running(new JobState.Command(1, CREATED)));
  }

  /** Adds an ended job, newer than those before. */
  JobId ended(String id, String owner, @Nullable String name) {
    return add(id, owner, name, new JobState.Ended(null, CREATED, new Verdict.Lost("a test")));
  }

  private JobId add(String id, String owner, @Nullable String name, JobState state) {
    JobId jobId = new JobId(UUID.fromString(id));
    JobSpec spec = JobSpec.builder(List.of("true")).name(name).build();
    newestFirst.addFirst(
        new JobRecord(jobId, new Owner(owner), spec, CREATED, state, OutputSize.NONE));
    return jobId;
  }

  @Override
  public Optional<Job> find(JobId id) {
    throw new UnsupportedOperationException("there are only records here");
  }

  @Override
  public Page<JobRecord> list(JobQuery query) {
    asked.add(query);
    List<JobRecord> fitting =
        newestFirst.stream()
            .filter(r -> query.owner() == null || r.owner().equals(query.owner()))
            .filter(r -> query.idPrefix() == null || r.id().toString().startsWith(query.idPrefix()))
            .filter(r -> query.name() == null || query.name().equals(r.spec().name()))
            .filter(r -> query.phases().isEmpty() || query.phases().contains(Phase.of(r.state())))
            .limit(query.pageSize())
            .toList();
    return new Page<>(fitting, null);
  }
}
