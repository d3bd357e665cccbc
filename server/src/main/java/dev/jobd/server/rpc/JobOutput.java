package dev.jobd.server.rpc;

import dev.jobd.worker.Job;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The output of a job of the worker's. */
final class JobOutput implements OutputSource {
  private static final Logger log = LoggerFactory.getLogger(JobOutput.class);

  private final Job job;
  private final Follower follower;

  JobOutput(Job job, ReadRequest request) {
    this.job = job;
    this.follower = job.follow(request);
  }

  @Override
  public OutputEvent poll() throws IOException {
    return follower.poll();
  }

  @Override
  public OutputEvent pollCached() throws IOException {
    return follower.pollCached();
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
  public JobRecord job() {
    return job.record();
  }

  @Override
  public void close() {
    try {
      follower.close();
    } catch (IOException e) {
      log.warn("close the output of job {}", job.id(), e);
    }
  }
}
