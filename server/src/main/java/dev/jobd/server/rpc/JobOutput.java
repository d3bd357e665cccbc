package dev.jobd.server.rpc;

import dev.jobd.api.Errors;
import dev.jobd.worker.Job;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The output of a job of the worker's. */
final class JobOutput implements OutputSource {
  private static final Logger log = LoggerFactory.getLogger(JobOutput.class);

  /**
   * Of a specification that is kept for the end. A stream may outlast its job, for as long as its
   * client likes; what is larger is looked up again then.
   */
  private static final int MAX_KEPT_BYTES = 8 << 10;

  private final JobId id;
  private final @Nullable Job kept;
  private final Jobs jobs;
  private final Follower follower;

  /** Finds jobs, live and ended. */
  @FunctionalInterface
  interface Jobs {
    Optional<Job> find(JobId id) throws IOException;
  }

  JobOutput(Job job, ReadRequest request, Jobs jobs) {
    this.id = job.id();
    this.kept = job.spec().memoryBytes() <= MAX_KEPT_BYTES ? job : null;
    this.jobs = jobs;
    this.follower = job.follow(request);
  }

  @Override
  public OutputEvent poll() throws IOException {
    return follower.poll();
  }

  @Override
  public OutputEvent pollCached() throws IOException {
    OutputEvent event = follower.pollCached();
    return event instanceof OutputEvent.End && kept == null ? new OutputEvent.NotCached() : event;
  }

  @Override
  public boolean search() throws IOException {
    return follower.search();
  }

  @Override
  public void onReady(Runnable wake) {
    follower.onReady(wake);
  }

  @Override
  public JobRecord job() throws IOException {
    Job job = kept;
    if (job == null) {
      job = jobs.find(id).orElseThrow(() -> Errors.jobNotFound(id.toString()));
    }
    return job.record();
  }

  @Override
  public void close() {
    try {
      follower.close();
    } catch (IOException e) {
      log.warn("close the output of job {}", id, e);
    }
  }
}
