package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.RequestId;

/**
 * A request id that stands for a job of another specification. Nothing was started or recorded: a
 * repetition that asks for something else is a mistake, and neither job would be the right answer.
 */
public final class RequestIdReusedException extends RuntimeException {
  private final RequestId requestId;
  private final JobId job;

  public RequestIdReusedException(RequestId requestId, JobId job) {
    super("request id " + requestId + " started job " + job + " with another specification");
    this.requestId = requestId;
    this.job = job;
  }

  public RequestId requestId() {
    return requestId;
  }

  public JobId job() {
    return job;
  }
}
