package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import java.io.IOException;
import java.util.concurrent.CompletionStage;

/** One job, live or ended. Safe for use by many threads. */
public final class Job {
  public JobId id() {
    throw new UnsupportedOperationException();
  }

  public Owner owner() {
    throw new UnsupportedOperationException();
  }

  public JobSpec spec() {
    throw new UnsupportedOperationException();
  }

  public JobState state() {
    throw new UnsupportedOperationException();
  }

  /** Everything that is known of this job now. */
  public JobRecord record() {
    throw new UnsupportedOperationException();
  }

  /** Asks for the end of this job and returns at once; {@link #ended} tells when it is over. Does nothing to an ended job. */
  public void stop(StopRequest request) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Completes when this job has ended, with its final state; already complete for an ended one. */
  public CompletionStage<JobState.Ended> ended() {
    throw new UnsupportedOperationException();
  }

  /** Waits for this job's end. */
  public JobState.Ended await() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Reads this job's output. */
  public Follower follow(ReadRequest request) throws IOException {
    throw new UnsupportedOperationException();
  }
}
