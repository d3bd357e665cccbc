package dev.jobd.server;

import dev.jobd.server.rpc.CallBudget;
import java.time.Duration;

/**
 * What clients' calls may cost the server.
 *
 * @param perConnection under way at one time; a client's further calls wait on its side. What one
 *     user or all may have under way is bounded by {@code unary}, {@code followers} and {@code
 *     inputs}
 * @param requestBytes of one message, decompressed: {@code JobSpec.MAX_TOTAL_BYTES} and half of it
 *     again for the encoding of its strings and for labels. So much only StartJob takes; {@code
 *     GuardedService} has the bounds of the others
 * @param headerBytes of one call's metadata
 * @param requestTime from the start of a call to the end of its request
 * @param unary calls under way that stream nothing. While its request comes or its answer waits to
 *     be read, netty holds the bytes of each beside the heap: 1.5 MiB at most, as a page of jobs is
 *     smaller than the largest single job. So one user's hold 96 MiB there and all 240 MiB of the
 *     512. In the heap a request that is not large holds 1 MiB at most, as one that starts a job of
 *     128 KiB in 8192 texts: all together 160 MiB of the 512 that the server has. What takes more
 *     than memory and milliseconds has turns of its own beside: changes of limits and searches for
 *     disks, of each owner one at a time ({@code LimitChanges}, {@code DiskSearches})
 * @param largeRequests of those, more than 128 KiB, from before they are taken out of netty's
 *     memory to the end of the call. Each holds 10 MiB of the heap at most: its bytes, the text in
 *     them as a JVM has it, twice as many, {@code RequestScan.MAX_FIELDS} objects, and what of it
 *     is written for the records and the shim. So one user's hold 80 MiB and all 160 MiB
 * @param followers of output. Each holds two descriptors and, while it waits, 18 KiB; one whose
 *     client does not read, about 200 KiB, chunks and what gRPC and netty buffer: all together 4096
 *     of the 20000 descriptors that a host is to give, and 400 MiB of the 512 that netty may have
 *     beside the heap
 * @param inputs streams of input. Each holds two pieces of 64 KiB, one that has come and one that
 *     goes to the job, and what its client may send ahead
 * @param jobsWithUsage of one page: each takes about ten reads of small files, and a tenth of a
 *     millisecond
 */
public record CallBounds(
    int perConnection,
    int requestBytes,
    int headerBytes,
    Duration requestTime,
    CallBudget.Share unary,
    CallBudget.Share largeRequests,
    CallBudget.Share followers,
    CallBudget.Share inputs,
    int jobsWithUsage) {

  public static final CallBounds DEFAULT =
      new CallBounds(
          128,
          3 << 19,
          8 << 10,
          Duration.ofSeconds(30),
          new CallBudget.Share("calls", 64, 160),
          new CallBudget.Share("large requests", 8, 16),
          new CallBudget.Share("output streams", 512, 2048),
          new CallBudget.Share("input streams", 64, 256),
          100);

  CallBounds withFollowers(int perUser, int all) {
    return new CallBounds(
        perConnection,
        requestBytes,
        headerBytes,
        requestTime,
        unary,
        largeRequests,
        new CallBudget.Share(followers.what(), perUser, all),
        inputs,
        jobsWithUsage);
  }

  CallBounds withRequestTime(Duration time) {
    return new CallBounds(
        perConnection,
        requestBytes,
        headerBytes,
        time,
        unary,
        largeRequests,
        followers,
        inputs,
        jobsWithUsage);
  }

  CallBounds withJobsWithUsage(int most) {
    return new CallBounds(
        perConnection,
        requestBytes,
        headerBytes,
        requestTime,
        unary,
        largeRequests,
        followers,
        inputs,
        most);
  }
}
