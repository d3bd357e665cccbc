package dev.jobd.server;

import dev.jobd.server.rpc.CallBudget;
import java.time.Duration;

/**
 * What clients' calls may cost the server.
 *
 * @param perConnection under way at one time; a client's further calls wait on its side. What one
 *     user or all may have under way is bounded by {@code unary}, {@code followers} and {@code
 *     inputs}
 * @param requestBytes of one message: {@code JobSpec.MAX_TOTAL_BYTES} and half of it again for the
 *     encoding of its strings and for labels
 * @param headerBytes of one call's metadata
 * @param requestTime from the start of a call to the end of its request
 * @param unary calls under way that stream nothing. Each holds at most a request or an answer: 1.5
 *     MiB, as a page of jobs is smaller than the largest single job. So one user's hold 96 MiB and
 *     all 240 MiB of the server's 512
 * @param followers of output. Each holds two descriptors and, while it waits, 10 KiB; one whose
 *     client does not read, about 200 KiB, chunks and what gRPC and netty buffer: all together 4096
 *     of the 20000 descriptors that a host is to give, and 400 MiB of the 512 that netty may have
 *     beside the heap
 * @param inputs streams of input. Each holds a piece of 64 KiB, and what its client may send ahead
 */
public record CallBounds(
    int perConnection,
    int requestBytes,
    int headerBytes,
    Duration requestTime,
    CallBudget.Share unary,
    CallBudget.Share followers,
    CallBudget.Share inputs) {

  public static final CallBounds DEFAULT =
      new CallBounds(
          128,
          3 << 19,
          8 << 10,
          Duration.ofSeconds(30),
          new CallBudget.Share("calls", 64, 160),
          new CallBudget.Share("output streams", 512, 2048),
          new CallBudget.Share("input streams", 64, 256));

  CallBounds withFollowers(int perUser, int all) {
    return new CallBounds(
        perConnection,
        requestBytes,
        headerBytes,
        requestTime,
        unary,
        new CallBudget.Share(followers.what(), perUser, all),
        inputs);
  }

  CallBounds withRequestTime(Duration time) {
    return new CallBounds(perConnection, requestBytes, headerBytes, time, unary, followers, inputs);
  }
}
