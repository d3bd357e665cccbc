package dev.jobd.worker.launch;

import dev.jobd.worker.libc.ErrnoException;
import dev.jobd.worker.libc.Libc;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Starts shims and serves the connections to all of them with one thread. */
public final class Shims implements Closeable {
  /** In the place of a process id: the shim is another process's child. */
  public static final int NO_CHILD = 0;

  /** What a job that was just launched has the processors to itself for; many need no longer. */
  private static final Duration REST = Duration.ofMillis(10);

  private final Path program;
  private final Logger logger;
  private final Selector selector;
  private final AtomicReference<@Nullable WaitingShim> next = new AtomicReference<>();
  private final AtomicBoolean preparing = new AtomicBoolean();

  public Shims(Path program, Logger logger) throws IOException {
    this.program = program;
    this.logger = logger;
    this.selector = Selector.open();
    Thread.ofPlatform().name("jobd-shims").daemon().start(this::serve);
  }

  /** Has a shim wait for the next {@link #launch}, in a while. Each launch does so, too. */
  public void prepare() {
    if (next.get() == null && preparing.compareAndSet(false, true)) {
      CompletableFuture.delayedExecutor(REST.toMillis(), TimeUnit.MILLISECONDS)
          .execute(this::prepareNow);
    }
  }

  private void prepareNow() {
    try {
      WaitingShim shim = WaitingShim.spawn(program);
      next.set(shim); // nobody else sets one
      preparing.set(false);
      // Whoever closes this looks after it said so: one of the two finds the shim.
      if (!selector.isOpen() && next.compareAndSet(shim, null)) {
        shim.dismiss();
      }
    } catch (ErrnoException e) {
      preparing.set(false);
      logger.log(Level.WARNING, "prepare a shim; the next job will wait for one of its own", e);
    }
  }

  private WaitingShim take() throws ErrnoException {
    WaitingShim prepared = next.getAndSet(null);
    if (prepared != null && prepared.hasEnded()) {
      prepared.close();
      prepared = null;
    }
    prepare(); // by then this start is over
    return prepared != null ? prepared : WaitingShim.spawn(program);
  }

  /**
   * Gives a job to a shim. Its socket listens and this side is connected before the shim looks at
   * either, so nothing has to be waited for or tried again.
   */
  public ShimConnection launch(LaunchRequest request, ShimEvents events) throws IOException {
    WaitingShim shim = take();
    CrashPoint.SHIM_TAKEN.reached();
    int directory = -1;
    SocketChannel channel = null;
    try {
      directory = Libc.openDirectory(request.directory().toString());
      String address = socketIn(directory);
      shim.listen(address);
      channel = SocketChannel.open(UnixDomainSocketAddress.of(address));
      CrashPoint.SHIM_CONNECTED.reached();
      shim.send(request.encode());
    } catch (IOException e) {
      shim.dismiss();
      if (channel != null) {
        channel.close();
      }
      throw e;
    } finally {
      if (directory >= 0) {
        Libc.close(directory);
      }
    }
    shim.close();
    CrashPoint.REQUEST_SENT.reached();
    return serve(shim.pid(), channel, events);
  }

  /** By descriptor: the directory's own path may be longer than a socket's address can be. */
  private static String socketIn(int directory) {
    return "/proc/self/fd/" + directory + "/control";
  }

  /**
   * Connects to the shim of a job that another process started.
   *
   * @return none where none lives: nobody listens at its socket, or there is no socket
   * @throws IOException where that cannot be told now
   */
  public Optional<ShimConnection> connect(Path jobDirectory, ShimEvents events) throws IOException {
    if (Files.notExists(jobDirectory.resolve("control"))) {
      return Optional.empty();
    }
    int directory = Libc.openDirectory(jobDirectory.toString());
    try {
      var address = UnixDomainSocketAddress.of(socketIn(directory));
      return Optional.of(serve(NO_CHILD, SocketChannel.open(address), events));
    } catch (ConnectException e) { // ECONNREFUSED alone: unix(7)
      return Optional.empty();
    } finally {
      Libc.close(directory);
    }
  }

  /** Waits until a shim that has said its last is off the process table, and tells how it left. */
  public static ShimExit reap(int pid) {
    return ShimExit.of(pid == NO_CHILD ? 0 : Libc.reap(pid));
  }

  /** An error number in words. */
  public static String describe(int errno) {
    return Libc.strerror(errno);
  }

  private ShimConnection serve(int pid, SocketChannel channel, ShimEvents events)
      throws IOException {
    channel.configureBlocking(false);
    SelectionKey key = channel.register(selector, 0);
    ShimConnection connection = new ShimConnection(pid, key, events);
    key.attach(connection);
    key.interestOps(SelectionKey.OP_READ);
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
      if (key.isWritable()) {
        connection.flush();
      }
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
    List<SelectableChannel> open = selector.keys().stream().map(SelectionKey::channel).toList();
    selector.close();
    WaitingShim waiting = next.getAndSet(null);
    if (waiting != null) {
      waiting.dismiss();
    }
    for (SelectableChannel channel : open) {
      channel.close();
    }
  }
}
