package dev.jobd.cli;

import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import io.grpc.ClientCall;
import io.grpc.StatusRuntimeException;
import java.io.IOException;

/** How {@link InputFeed} calls the server, and calls again. */
interface InputLine {
  ClientCall<SendInputRequest, SendInputResponse> newCall();

  /** Whether a call that failed so can be made again; waits for that, in bounds. */
  boolean isBackAfter(StatusRuntimeException failure) throws IOException, InterruptedException;

  /** The server has taken a call. */
  void answered() throws IOException;

  /** Where nothing else uses the connection: gets a lost server back, and tells people. */
  static InputLine alone(Connection connection) {
    return new InputLine() {
      @Override
      public ClientCall<SendInputRequest, SendInputResponse> newCall() {
        return connection.newInputCall();
      }

      @Override
      public boolean isBackAfter(StatusRuntimeException failure) throws IOException {
        return connection.isBackAfter(failure);
      }

      @Override
      public void answered() throws IOException {
        connection.answered();
      }
    };
  }

  /** Where another thread gets a lost server back: waits for that. */
  static InputLine beside(Connection connection) {
    return new InputLine() {
      private final Pause pause = new Pause();
      private boolean resuming;
      private long lostAt;

      @Override
      public ClientCall<SendInputRequest, SendInputResponse> newCall() {
        return connection.newPatientInputCall();
      }

      @Override
      public boolean isBackAfter(StatusRuntimeException failure) throws InterruptedException {
        boolean passes = Transport.lost(failure) || (resuming && Transport.crowded(failure));
        if (!resuming) {
          resuming = true;
          lostAt = System.nanoTime();
        }
        pause.grow();
        return passes
            && System.nanoTime() - lostAt < connection.patience().toNanos()
            && !connection.closesWithin(pause.nanos());
      }

      @Override
      public void answered() {
        resuming = false;
        pause.reset();
      }
    };
  }
}
