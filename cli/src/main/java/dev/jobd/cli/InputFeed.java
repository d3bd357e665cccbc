package dev.jobd.cli;

import com.google.protobuf.ByteString;
import dev.jobd.api.v1.InputEnd;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * This process's stdin on its way to a job's. A thread of its own reads it, the caller's sends it.
 * What the job has not taken is kept, so that where the server is lost on the way another call goes
 * on at the byte that has not gone in. No more than {@link #PIECES_AHEAD} are kept, and no more is
 * read meanwhile: a job that does not read costs bounded memory.
 *
 * <p>The input ends for the job when stdin has ended, and not when it could not be read or sent.
 */
final class InputFeed {
  private static final int PIECE_BYTES = 64 << 10;
  private static final int PIECES_AHEAD = 16;

  /** What stdin and the network bring; of a call, answers, then one end. */
  private sealed interface Event {
    record Read(ByteString bytes) implements Event {}

    record AllRead() implements Event {}

    record Unreadable(IOException why) implements Event {}

    record Answer(SendInputResponse response) implements Event {}

    record Closed(Status status, Metadata trailers) implements Event {}
  }

  private record Piece(long offset, ByteString bytes) {
    long end() {
      return offset + bytes.size();
    }
  }

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(PIECES_AHEAD);
  private final String job;
  private final InputStream stdin;
  private final Connection connection;
  private final InputLine line;

  /** Read, and not taken by the job as far as is known. */
  private final Deque<Piece> pieces = new ArrayDeque<>();

  private long read;
  private long taken;
  private boolean allRead;
  private ClientCall<SendInputRequest, SendInputResponse> call;

  /** Of the call: whether the server has told where the input stands, and what was sent since. */
  private boolean open;

  private long sent;
  private boolean endSent;

  /**
   * @param stdin read from {@link #send} on, by nobody else
   */
  InputFeed(String job, InputStream stdin, Connection connection, InputLine line) {
    this.job = job;
    this.stdin = stdin;
    this.connection = connection;
    this.line = line;
    this.call = line.newCall();
  }

  /**
   * Sends all of it.
   *
   * @return when the job takes no more: it has all, or does not want it
   */
  SendInputResponse send() throws CommandFailure, IOException, InterruptedException {
    Thread.ofPlatform().daemon().name("stdin").start(this::read);
    begin();
    while (true) {
      switch (events.take()) {
        case Event.Read(ByteString bytes) -> keep(bytes);
        case Event.AllRead _ -> allRead = true;
        case Event.Unreadable(IOException why) -> throw unreadable(why);
        case Event.Answer(SendInputResponse response) -> {
          standsAt(response.getTaken());
          if (response.getEnd() != InputEnd.INPUT_END_UNSPECIFIED) {
            return response;
          }
          call.request(1);
        }
        case Event.Closed(Status status, Metadata trailers) ->
            goOnAfter(status.asRuntimeException(trailers));
      }
      sendWhatIsThere();
    }
  }

  /** How many bytes were read that the job has not taken. */
  long left() {
    return read - taken;
  }

  private void read() {
    byte[] buffer = new byte[PIECE_BYTES];
    try {
      room.acquire();
      for (int got = stdin.read(buffer); got >= 0; got = stdin.read(buffer)) {
        events.add(new Event.Read(ByteString.copyFrom(buffer, 0, got)));
        room.acquire();
      }
      events.add(new Event.AllRead());
    } catch (IOException e) {
      events.add(new Event.Unreadable(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin() {
    call.start(new Listener(), new Metadata());
    call.request(1);
    call.sendMessage(SendInputRequest.newBuilder().setJob(job).build());
  }

  private void keep(ByteString bytes) {
    pieces.add(new Piece(read, bytes));
    read += bytes.size();
  }

  private void standsAt(long offset) throws IOException {
    if (!open) {
      open = true;
      sent = offset;
      line.answered();
    }
    taken = offset;
  }

  /** Lets go of what the job has, and sends what it can have. */
  private void sendWhatIsThere() throws CommandFailure {
    if (!open) {
      return;
    }
    while (!pieces.isEmpty() && pieces.getFirst().end() <= taken) {
      pieces.removeFirst();
      room.release();
    }
    for (Piece piece : pieces) {
      if (piece.end() > sent) {
        ByteString rest = piece.bytes().substring((int) (sent - piece.offset()));
        call.sendMessage(message().setData(rest).build());
        sent = piece.end();
      }
    }
    if (allRead && !endSent) {
      sendEnd();
    }
  }

  private void sendEnd() throws CommandFailure {
    if (read < sent) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "cannot send the input of %s: it has taken %d bytes, and this input has only %d"
              .formatted(job, sent, read));
    }
    endSent = true;
    call.sendMessage(message().setEnd(true).build());
  }

  private SendInputRequest.Builder message() {
    return SendInputRequest.newBuilder().setOffset(sent);
  }

  private void goOnAfter(StatusRuntimeException end)
      throws CommandFailure, IOException, InterruptedException {
    open = false;
    endSent = false;
    if (!line.isBackAfter(end)) {
      StatusRuntimeException why =
          end.getStatus().isOk()
              ? Status.INTERNAL.withDescription("the call broke off").asRuntimeException()
              : end;
      throw connection.failure("send the input of " + job, why).whereUnreachable(wayOut());
    }
    call = line.newCall();
    begin();
  }

  private CommandFailure unreadable(IOException why) {
    return new CommandFailure(
        ExitCode.FAILED, "cannot read stdin: " + why.getMessage() + "; " + wayOut());
  }

  private String wayOut() {
    return "the job waits for the rest of its input; jobctl stop " + job + " ends it";
  }

  private final class Listener extends ClientCall.Listener<SendInputResponse> {
    @Override
    public void onMessage(SendInputResponse message) {
      events.add(new Event.Answer(message));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      events.add(new Event.Closed(status, trailers));
    }
  }
}
