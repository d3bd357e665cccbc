package dev.jobd.worker.launch;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.List;

/**
 * A shim that has been spawned and does not know its job yet. Meanwhile it makes what any job
 * needs, its network above all. It waits for its request on a pipe, and leaves where there is none
 * to come: {@link #close}, or the end of this process.
 */
final class WaitingShim implements Closeable {
  private static final int STDIN = 0;

  /** LISTEN_FD of shim/src/wire.h. */
  private static final int LISTENER = 3;

  /** The server itself, the one that comes after it, and some to spare for people with tools. */
  private static final int BACKLOG = 4;

  /** What a list of processes shows; the shim puts the job's id there, so it is as long as one. */
  private static final String ROOM_FOR_ID = "%-36s".formatted("(waiting for a job)");

  private final int pid;
  private final int request;
  private final int listener;

  private WaitingShim(int pid, int request, int listener) {
    this.pid = pid;
    this.request = request;
    this.listener = listener;
  }

  static WaitingShim spawn(Path program) throws ErrnoException {
    int listener = Native.socket();
    try {
      Native.Pipe pipe = Native.pipe();
      try {
        int pid =
            Native.spawn(
                program.toString(),
                List.of(program.getFileName().toString(), ROOM_FOR_ID),
                List.of(
                    new Native.Inherited(pipe.read(), STDIN),
                    new Native.Inherited(listener, LISTENER)));
        return new WaitingShim(pid, pipe.write(), listener);
      } catch (ErrnoException e) {
        Native.close(pipe.write());
        throw e;
      } finally {
        Native.close(pipe.read());
      }
    } catch (ErrnoException e) {
      Native.close(listener);
      throw e;
    }
  }

  int pid() {
    return pid;
  }

  /** Whether somebody killed it; it is off the process table then. */
  boolean hasEnded() {
    return Native.reapIfEnded(pid);
  }

  /** Has the shim's socket listen at {@code path}, whether the shim has come to look or not. */
  void listen(String path) throws ErrnoException {
    Native.listen(listener, path, BACKLOG);
  }

  /** The shim takes it when this is closed. */
  void send(byte[] encodedRequest) throws ErrnoException {
    Native.write(request, encodedRequest, "the launch request");
  }

  /** Lets go: the shim does what it was sent, or leaves where that is nothing. */
  @Override
  public void close() {
    Native.close(request);
    Native.close(listener);
  }

  /**
   * Lets go of a shim that was sent nothing, or not all: it does nothing. Waits until it has left.
   */
  void dismiss() {
    close();
    Native.reap(pid);
  }
}
