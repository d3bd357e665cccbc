package dev.jobd.worker.launch;

import dev.jobd.worker.libc.ErrnoException;
import dev.jobd.worker.libc.Libc;
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
    int listener = Libc.socket();
    try {
      Libc.Pipe pipe = Libc.pipe();
      try {
        int pid =
            Libc.spawn(
                program.toString(),
                List.of(program.getFileName().toString(), ROOM_FOR_ID),
                List.of(
                    new Libc.Inherited(pipe.read(), STDIN),
                    new Libc.Inherited(listener, LISTENER)));
        return new WaitingShim(pid, pipe.write(), listener);
      } catch (ErrnoException e) {
        Libc.close(pipe.write());
        throw e;
      } finally {
        Libc.close(pipe.read());
      }
    } catch (ErrnoException e) {
      Libc.close(listener);
      throw e;
    }
  }

  int pid() {
    return pid;
  }

  /** Whether somebody killed it; it is off the process table then. */
  boolean hasEnded() {
    return Libc.reapIfEnded(pid);
  }

  /** Has the shim's socket listen at {@code path}, whether the shim has come to look or not. */
  void listen(String path) throws ErrnoException {
    Libc.listen(listener, path, BACKLOG);
  }

  /** The shim takes it when this is closed. */
  void send(byte[] encodedRequest) throws ErrnoException {
    Libc.write(request, encodedRequest, "the launch request");
  }

  /** Lets go: the shim does what it was sent, or leaves where that is nothing. */
  @Override
  public void close() {
    Libc.close(request);
    Libc.close(listener);
  }

  /**
   * Lets go of a shim that was sent nothing, or not all: it does nothing. Waits until it has left.
   */
  void dismiss() {
    close();
    Libc.reap(pid);
  }
}
