package dev.jobd.server;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.api.v1.WaitJobRequest;
import io.grpc.Channel;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.List;

/** A user's calls, in the words of the tests. Every call is bounded in time. */
final class Client {
  private final Channel channel;

  Client(Channel channel) {
    this.channel = channel;
  }

  JobServiceGrpc.JobServiceBlockingStub stub() {
    return JobServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(TestServer.BOUND_SECONDS, SECONDS);
  }

  Job start(JobSpec.Builder spec) {
    return stub().startJob(StartJobRequest.newBuilder().setSpec(spec).build()).getJob();
  }

  Job sh(String script) {
    return start(JobSpec.newBuilder().addAllArgv(List.of("sh", "-c", script)));
  }

  Job await(Job job) {
    return stub().waitJob(WaitJobRequest.newBuilder().setJob(job.getId()).build()).getJob();
  }

  Job stop(Job job) {
    return stub().stopJob(StopJobRequest.newBuilder().setJob(job.getId()).build()).getJob();
  }

  List<Job> list() {
    return stub().listJobs(ListJobsRequest.getDefaultInstance()).getJobsList();
  }

  Iterator<StreamOutputResponse> stream(Job job, OutputStream... streams) {
    return stub()
        .streamOutput(
            StreamOutputRequest.newBuilder()
                .setJob(job.getId())
                .addAllStreams(List.of(streams))
                .setFollow(true)
                .build());
  }

  Output follow(Job job, OutputStream... streams) {
    return read(stream(job, streams));
  }

  /** All that is left of a stream: its bytes, and the job as the end tells it. */
  static Output read(Iterator<StreamOutputResponse> frames) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (frames.hasNext()) {
      StreamOutputResponse frame = frames.next();
      switch (frame.getFrameCase()) {
        case START -> {}
        case CHUNK -> bytes.writeBytes(frame.getChunk().getData().toByteArray());
        case END -> {
          if (frames.hasNext()) {
            throw new AssertionError("a frame came after the end");
          }
          return new Output(bytes.toByteArray(), frame.getEnd().getJob());
        }
        case GAP, FRAME_NOT_SET -> throw new AssertionError("unexpected frame: " + frame);
      }
    }
    throw new AssertionError("the stream ended without an end frame");
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by the tests, byte for byte
  record Output(byte[] bytes, Job job) {}
}
