package dev.jobd.worker;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Who sends a job's input, until another does. Nothing here waits for the job: {@link #state} says
 * what can be done. For use by one thread at a time.
 *
 * <p>To close it is not to end the input: that takes {@link #end}, so that an input that broke off
 * never looks whole. A later sender goes on where it stands.
 */
public final class InputSender implements AutoCloseable {
  /** Of one {@link #send}. */
  public static final int MAX_BYTES = JobInput.MAX_BYTES;

  private final JobInput input;
  private final Runnable wake;

  InputSender(JobInput input, Runnable wake) {
    this.input = input;
    this.wake = wake;
  }

  public InputState state() {
    return input.stateOf(this);
  }

  /**
   * Sends bytes, when {@link InputState.Ready}. They are taken, or no more will be, when that is
   * the state again.
   *
   * @param bytes 1 to {@link #MAX_BYTES}; not to be changed any more
   * @throws IOException where the job cannot be told; they are not sent
   */
  public void send(ByteBuffer bytes) throws IOException {
    input.send(this, bytes);
  }

  /**
   * Ends the input, when {@link InputState.Ready}: the job reads the end after what was sent.
   *
   * @throws IOException where the job cannot be told
   */
  public void end() throws IOException {
    input.end(this);
  }

  /** Is woken no more. What was sent and is not taken yet may be, until there is another sender. */
  @Override
  public void close() {
    input.leave(this);
  }

  void wake() {
    wake.run();
  }
}
