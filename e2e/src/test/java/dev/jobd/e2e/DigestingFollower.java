package dev.jobd.e2e;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One of many followers over the API: keeps the digest of what comes, and holds no thread. gRPC
 * calls its methods one at a time.
 */
final class DigestingFollower extends ClientCall.Listener<StreamOutputResponse> {
  private static final int FRAMES_AHEAD = 16;

  private final ClientCall<StreamOutputRequest, StreamOutputResponse> call;
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final CompletableFuture<Void> someOutput = new CompletableFuture<>();
  private final CompletableFuture<Followed> end = new CompletableFuture<>();
  private final MessageDigest digest = newDigest();
  private long bytes;
  private boolean ended;

  /** All that one follower was given, from the first byte to the end. */
  record Followed(long bytes, String sha256) {
    static Followed of(byte[] bytes) {
      return new Followed(bytes.length, HexFormat.of().formatHex(newDigest().digest(bytes)));
    }
  }

  private DigestingFollower(Api api) {
    call = api.channel().newCall(JobServiceGrpc.getStreamOutputMethod(), CallOptions.DEFAULT);
  }

  static DigestingFollower start(Api api, String job) {
    DigestingFollower follower = new DigestingFollower(api);
    follower.call.start(follower, new Metadata());
    follower.call.request(FRAMES_AHEAD);
    follower.call.sendMessage(StreamOutputRequest.newBuilder().setJob(job).setFollow(true).build());
    follower.call.halfClose();
    return follower;
  }

  /** Waits until the server follows. */
  void awaitAccepted() throws Exception {
    accepted.get(Running.BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits for the first bytes. */
  void awaitSomeOutput() throws Exception {
    someOutput.get(Running.BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  Followed awaitEnd() throws Exception {
    return end.get(Running.BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  boolean isOver() {
    return end.isDone();
  }

  void cancel() {
    call.cancel("enough", null);
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void onHeaders(Metadata headers) {
    accepted.complete(null);
  }

  @Override
  public void onMessage(StreamOutputResponse frame) {
    switch (frame.getFrameCase()) {
      case CHUNK -> {
        digest.update(frame.getChunk().getData().asReadOnlyByteBuffer());
        bytes += frame.getChunk().getData().size();
        someOutput.complete(null);
      }
      case END -> ended = true;
      case START, GAP, FRAME_NOT_SET ->
          end.completeExceptionally(new AssertionError("unexpected frame: " + frame));
    }
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    RuntimeException failure = status.asRuntimeException(trailers);
    accepted.completeExceptionally(failure);
    someOutput.completeExceptionally(failure);
    if (status.isOk() && ended) {
      end.complete(new Followed(bytes, HexFormat.of().formatHex(digest.digest())));
    } else {
      end.completeExceptionally(failure);
    }
  }
}
