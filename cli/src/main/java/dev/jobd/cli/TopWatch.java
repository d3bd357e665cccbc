package dev.jobd.cli;

import dev.jobd.cli.render.TopTable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The table of {@code top} in a terminal, drawn anew after each look until somebody has seen
 * enough. Looks are made on threads of their own, one at a time, so that keys are heeded and the
 * table's age is told while the server is away. For one thread.
 */
final class TopWatch {
  /** Nobody wonders for so long why the table is as it was. */
  private static final Duration SILENCE = Duration.ofSeconds(2);

  /** Between two tellings of a table's age. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private final Look look;
  private final TopTable table;
  private final Duration interval;
  private final ServerAddress server;

  private Look.Seen before = Look.Seen.NOTHING;
  private Look.Seen now;
  private Instant at = Instant.now();
  private long answered = System.nanoTime();

  /** When to look again, in System.nanoTime(). */
  private long due;

  private @Nullable FutureTask<Look.Seen> asked;
  private long askedAt;

  /** What was told of the way to the server since the last look. */
  private volatile @Nullable String told;

  /**
   * @param firstInterval until the first rates are shown, {@code interval} being what follows
   */
  TopWatch(
      Look look, TopTable table, Duration firstInterval, Duration interval, ServerAddress server)
      throws CommandFailure, IOException {
    this.look = look;
    this.table = table;
    this.interval = interval;
    this.server = server;
    this.now = look.jobs();
    this.due = answered + firstInterval.toNanos();
  }

  /** Goes on until somebody has seen enough, or the server is given up. */
  void show(Screen screen, Invocation invocation)
      throws CommandFailure, IOException, InterruptedException {
    invocation.tell(
        words -> {
          told = words;
          screen.wake();
        });
    while (true) {
      screen.draw(table.lines(before.samples(), now.samples(), at, screen.columns()), note());
      if (screen.await(nanosToWait()) == Screen.Event.QUIT) {
        return;
      }
      FutureTask<Look.Seen> pending = asked;
      if (pending != null && pending.isDone()) {
        take(result(pending));
      } else if (pending == null && System.nanoTime() - due >= 0) {
        ask(screen);
      }
    }
  }

  private long nanosToWait() {
    return asked == null ? due - System.nanoTime() : TICK.toNanos();
  }

  private void ask(Screen screen) {
    FutureTask<Look.Seen> task =
        new FutureTask<>(look::jobs) {
          @Override
          protected void done() {
            screen.wake();
          }
        };
    asked = task;
    askedAt = System.nanoTime();
    Thread.ofVirtual().start(task);
  }

  private void take(Look.Seen seen) {
    before = now;
    now = seen;
    at = Instant.now();
    answered = System.nanoTime();
    due = answered + interval.toNanos();
    asked = null;
    told = null;
  }

  /** That the table is not as new as it looks, and why, or not of all; {@code null} where it is. */
  private @Nullable String note() {
    String words = told;
    long time = System.nanoTime();
    if (asked == null || (words == null && time - askedAt < SILENCE.toNanos())) {
      return now.note();
    }
    return "%s; the table is %d s old"
        .formatted(
            words == null ? "no answer from " + server : words,
            Duration.ofNanos(time - answered).toSeconds());
  }

  private static Look.Seen result(FutureTask<Look.Seen> look)
      throws CommandFailure, IOException, InterruptedException {
    try {
      return look.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case CommandFailure failure -> throw failure;
        case IOException failure -> throw failure;
        case null, default -> throw new IllegalStateException("a look failed", e);
      }
    }
  }
}
