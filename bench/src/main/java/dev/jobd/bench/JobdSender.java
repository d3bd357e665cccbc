package dev.jobd.bench;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputRequest;
import java.io.IOException;
import java.time.Duration;

/** A job's output, followed. */
record JobdSender(Jobd jobd, String job) implements Sender {
  @Override
  public String name() {
    return "jobd";
  }

  @Override
  public TlsSink connect(int client) throws IOException {
    return TlsSink.connect(jobd.address(), jobd.tls());
  }

  @Override
  public Duration cpu() {
    return jobd.cpu();
  }

  @Override
  public byte[] request() {
    return GrpcRequest.bytes(
        JobServiceGrpc.getStreamOutputMethod(),
        StreamOutputRequest.newBuilder().setJob(job).setFollow(true).build());
  }

  @Override
  public void close() {}
}
