package dev.jobd.server.rpc;

import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;

/** Where {@link OutputStreamCall} gets a job's output from; for use by one thread at a time. */
interface OutputSource extends AutoCloseable {
  /**
   * The next event; {@link OutputEvent.Waiting} when there is nothing now, {@link
   * OutputEvent.Searching} when {@link #search} is to find it.
   */
  OutputEvent poll() throws IOException;

  /** As {@link #poll}; {@link OutputEvent.NotCached} where that might wait for a disk. */
  OutputEvent pollCached() throws IOException;

  /** After Searching: makes one bounded step; tells whether another is needed. */
  boolean search() throws IOException;

  /** Runs {@code wake} once when {@link #poll} has something other than Waiting. */
  void onReady(Runnable wake);

  /**
   * The job as it stands now.
   *
   * @throws io.grpc.StatusRuntimeException JOB_NOT_FOUND where it was deleted meanwhile and was too
   *     large to be kept for this
   */
  JobRecord job() throws IOException;

  @Override
  void close();

  /** Finds what a call asks for. */
  @FunctionalInterface
  interface Opener {
    /** Fails as the call is to fail where the caller may not read it or it is not there. */
    OutputSource open(StreamOutputRequest request);
  }
}
