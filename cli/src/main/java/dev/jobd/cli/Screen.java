package dev.jobd.cli;

import dev.jobd.api.JobExitCode;
import dev.jobd.cli.render.ByteSink;
import dev.jobd.cli.render.Picture;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * A terminal that pictures are drawn on, each in the place of the one before. While it is open,
 * keys are taken without Enter; a signal that ends or stops jobctl leaves the terminal as it was,
 * and where it goes on the terminal is taken again.
 */
final class Screen implements AutoCloseable {
  private static final Tty.Size DEFAULT_SIZE = new Tty.Size(24, 80);

  /** No cursor; and a character that takes two places has no line begin another. */
  private static final String BEGIN = "\u001b[?25l\u001b[?7l";

  private static final String END = "\u001b[?7h\u001b[?25h";

  /** What Ctrl-Z sends. */
  private static final String STOP = "TSTP";

  private static final int END_OF_TRANSMISSION = 4;

  /** What a wait ends with. */
  enum Event {
    TIME_UP,
    /** The window has another size, or shows something else. */
    RESIZED,
    WOKEN,
    QUIT
  }

  private final ByteSink out;
  private final @Nullable String settings;
  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(Event.values().length);
  private final Map<Signal, SignalHandler> handlers = new LinkedHashMap<>();
  private Tty.Size size;

  private Screen(ByteSink out, @Nullable String settings, Tty.Size size) {
    this.out = out;
    this.settings = settings;
    this.size = size;
  }

  static Screen open(ByteSink out) throws IOException {
    Screen screen = new Screen(out, Tty.settings(), sizeOr(DEFAULT_SIZE));
    for (String ending : new String[] {"INT", "TERM", "HUP"}) {
      screen.handle(ending, screen::leave);
    }
    screen.handle(STOP, screen::stop);
    screen.handle("CONT", _ -> screen.goOn());
    screen.handle("WINCH", _ -> screen.tell(Event.RESIZED));
    if (screen.takesKeys()) {
      Thread.ofPlatform().daemon().name("jobctl-keys").start(screen::takeKeys);
    }
    out.write(BEGIN);
    return screen;
  }

  private static Tty.Size sizeOr(Tty.Size otherwise) {
    Tty.Size found = Tty.size();
    return found == null ? otherwise : found;
  }

  private void handle(String name, SignalHandler handler) {
    Signal signal = new Signal(name);
    handlers.put(signal, Signal.handle(signal, handler));
  }

  private boolean takesKeys() {
    return settings != null && Tty.takeKeys();
  }

  private void takeKeys() {
    try (InputStream keys = Tty.keys()) {
      for (int key = keys.read(); key >= 0; key = keys.read()) {
        if (key == 'q' || key == 'Q' || key == END_OF_TRANSMISSION) {
          tell(Event.QUIT);
        }
      }
    } catch (IOException e) {
      // No keys then; Ctrl-C ends it.
    }
  }

  /** Each waits to be heard of once at most, and so there is room. */
  private synchronized void tell(Event event) {
    if (!events.contains(event)) {
      events.add(event);
    }
  }

  /** On a thread of its own, whatever the others do: they may wait for a server that is away. */
  private void leave(Signal signal) {
    restore();
    showNow(END);
    Runtime.getRuntime().halt(JobExitCode.ofSignal(signal.getNumber()));
  }

  /**
   * Ctrl-Z. What stops this process is the signal's own action, which does not where nobody could
   * continue it (an orphaned process group, setpgid(2)); {@link #goOn} is the way back.
   */
  private void stop(Signal signal) {
    restore();
    showNow(END);
    Signal.handle(signal, SignalHandler.SIG_DFL);
    try {
      // The JDK raises no signal that it does not handle.
      new ProcessBuilder("sh", "-c", "kill -TSTP " + ProcessHandle.current().pid())
          .inheritIO()
          .start();
    } catch (IOException e) {
      goOn();
    }
  }

  /** After a stop, whoever asked for it: takes the terminal, as others have set it meanwhile. */
  private void goOn() {
    Signal.handle(new Signal(STOP), this::stop);
    var _ = takesKeys();
    showNow(BEGIN);
    tell(Event.RESIZED);
  }

  private static void showNow(String controls) {
    System.out.print(controls);
    System.out.flush();
  }

  private void restore() {
    if (settings != null) {
      Tty.restore(settings);
    }
  }

  /** Draws {@code lines}, as far as the window has room for them and {@code note} below. */
  void draw(List<String> lines, @Nullable String note) throws IOException {
    out.write(Picture.of(lines, note, size.rows(), size.columns()));
    out.flush();
  }

  /** Of the window, in characters. */
  int columns() {
    return size.columns();
  }

  /** Ends the wait that is on, or the next one; from any thread. */
  void wake() {
    tell(Event.WOKEN);
  }

  /** Waits for something to happen, for {@code nanos} at most. */
  Event await(long nanos) throws InterruptedException {
    Event event = events.poll(nanos, TimeUnit.NANOSECONDS);
    if (event == Event.RESIZED) {
      size = sizeOr(size);
    }
    return event == null ? Event.TIME_UP : event;
  }

  @Override
  public void close() throws IOException {
    out.write(END);
    out.flush();
    restore();
    handlers.forEach(Signal::handle);
  }
}
