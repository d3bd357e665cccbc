package dev.jobd.worker.launch;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** Starts shims and serves the connections to all of them with one thread. */
public final class Shims implements Closeable {
  private static final String SOCKET = "control";

  /** The server itself, the one that comes after it, and some to spare for people with tools. */
  private static final int BACKLOG = 4;

  /** In the place of a process id that this process need not wait for. */
  private static final int NO_CHILD = 0;

  private static final int STDIN = 0;

  /** LISTEN_FD of shim/src/wire.h. */
  private static final int LISTENER = 3;

  private final Path program;
  private final Logger logger;
  private final Selector selector;

  public Shims(Path program, Logger logger) throws IOException {
    this.program = program;
    this.logger = logger;
    this.selector = Selector.open();
    Thread.ofPlatform().name("jobd-shims").daemon().start(this::serve);
  }

  /**
   * Spawns a shim with {@code request}. The socket listens before the shim exists and this side is
   * connected before it runs, so nothing has to be waited for or tried again.
   *
   * @param name what tells this shim from others in a list of processes
   */
  public ShimConnection spawn(String name, LaunchRequest request, ShimEvents events)
      throws IOException {
    int directory = Native.openDirectory(request.directory().toString());
    int listener = -1;
    int stdin = -1;
    SocketChannel channel = null;
    try {
      // By descriptor: the directory's own path may be longer than a socket's address can be.
      String address = "/proc/self/fd/" + directory + "/" + SOCKET;
      listener = Native.listen(address, BACKLOG);
      stdin = Native.memoryFile("request", request.encode());
      channel = SocketChannel.open(UnixDomainSocketAddress.of(address));
      int pid =
          Native.spawn(
              program.toString(),
              List.of(program.getFileName().toString(), name),
              List.of(
                  new Native.Inherited(stdin, STDIN), new Native.Inherited(listener, LISTENER)));
      return serve(pid, channel, events);
    } catch (IOException e) {
      if (channel != null) {
        channel.close();
      }
      throw e;
    } finally {
      Native.close(directory);
      if (stdin >= 0) {
        Native.close(stdin);
      }
      if (listener >= 0) {
        Native.close(listener);
      }
    }
  }

  /**
   * Connects to the shim of a job that another process started.
   *
   * @throws IOException where none lives
   */
  public ShimConnection connect(Path jobDirectory, ShimEvents events) throws IOException {
    int directory = Native.openDirectory(jobDirectory.toString());
    try {
      String address = "/proc/self/fd/" + directory + "/" + SOCKET;
      return serve(NO_CHILD, SocketChannel.open(UnixDomainSocketAddress.of(address)), events);
    } finally {
      Native.close(directory);
    }
  }

  /** Waits until a shim that has said its last is off the process table, and tells how it left. */
  public static ShimExit reap(int pid) {
    return ShimExit.of(pid == NO_CHILD ? 0 : Native.reap(pid));
  }

  /** An error number in words. */
  public static String describe(int errno) {
    return Native.strerror(errno);
  }

  private ShimConnection serve(int pid, SocketChannel channel, ShimEvents events)
      throws IOException {
    ShimConnection connection = new ShimConnection(pid, channel, events);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, connection);
    selector.wakeup(); // a selection under way does not see the new key
    return connection;
  }

  private void serve() {
    try {
      while (true) {
        selector.select(this::ready);
      }
    } catch (ClosedSelectorException e) {
      // close()
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("select on the shims' sockets", e);
    }
  }

  private void ready(SelectionKey key) {
    ShimConnection connection = (ShimConnection) key.attachment();
    boolean open;
    try {
      open = connection.receive();
    } catch (RuntimeException e) {
      // What one shim says costs no other job its events.
      logger.log(Level.ERROR, "events of a shim", e);
      open = false;
    }
    if (!open) {
      key.cancel();
      connection.close();
    }
  }

  /** Lets go of all shims, which live on; nothing is told any more. */
  @Override
  public void close() throws IOException {
    List<ShimConnection> open =
        selector.keys().stream().map(key -> (ShimConnection) key.attachment()).toList();
    selector.close();
    for (ShimConnection connection : open) {
      connection.channel().close();
    }
  }
}
