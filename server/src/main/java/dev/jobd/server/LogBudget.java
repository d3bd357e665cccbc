package dev.jobd.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.jobd.server.rpc.JobLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Bounds what each logger writes in a minute, because peers decide how often something goes wrong
 * with them, and the disk is everybody's. Each level has as much: what is usual does not push out
 * what is a warning. A line that a marker says the user of also takes from that user's part: one
 * user alone does not use up what is for all. How much was left out, of whom, is said with the
 * logger's first line of that level in a later minute. Named in {@code logback.xml}.
 */
public final class LogBudget extends TurboFilter {
  static final int LINES = 60;

  /** What becomes of jobs, of all users. */
  static final int LINES_OF_JOBS = 1200;

  /** What one user does to jobs, who may change or stop one as often as they call. */
  static final int LINES_OF_A_USER = 300;

  /** What an event with a stack trace counts for: six of them a minute. */
  static final int LINES_OF_A_TRACE = 10;

  private static final Duration PERIOD = Duration.ofMinutes(1);

  /** Of the lines that say how much was left out: they are few, and in no budget. */
  private static final Marker LEFT_OUT = MarkerFactory.getDetachedMarker("left out");

  private final InstantSource clock;

  /** No more entries than there are loggers, which are the classes that log, and levels. */
  private final Map<Source, Period> periods = new HashMap<>();

  private record Source(String logger, Level level) {
    int lines() {
      return logger.equals(JobLog.NAME) ? LINES_OF_JOBS : LINES;
    }
  }

  public LogBudget() {
    this(InstantSource.system());
  }

  LogBudget(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    if (isOwn(marker)) {
      return FilterReply.ACCEPT;
    }
    boolean onlyAsks = format == null;
    if (onlyAsks || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
      return FilterReply.NEUTRAL;
    }
    boolean hasTrace =
        thrown != null
            || (arguments != null
                && arguments.length > 0
                && arguments[arguments.length - 1] instanceof Throwable);
    Source source = new Source(logger.getName(), level);
    String user = marker == null ? null : marker.getName();
    Decision decision = decide(source, user, hasTrace ? LINES_OF_A_TRACE : 1);
    if (decision.before() != null) {
      sayLeftOut(logger, decision.before());
    }
    return decision.write() ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  @SuppressWarnings("ReferenceEquality") // markers are equal by name, and users have names
  private static boolean isOwn(@Nullable Marker marker) {
    return marker == LEFT_OUT;
  }

  private static void sayLeftOut(Logger logger, Period before) {
    if (before.leftOut > 0) {
      logger.warn(LEFT_OUT, "{} events were left out: too many in a minute", before.leftOut);
    }
    before.users.forEach(
        (user, part) -> {
          if (part.leftOut > 0) {
            logger.warn(
                LEFT_OUT,
                "{} events of {} were left out: too many in a minute",
                part.leftOut,
                user);
          }
        });
  }

  private synchronized Decision decide(Source source, @Nullable String user, int lines) {
    long now = clock.millis();
    Period period = periods.computeIfAbsent(source, _ -> new Period(now));
    Period before = null;
    if (now - period.start >= PERIOD.toMillis() || now < period.start) {
      before = period;
      period = new Period(now);
      periods.put(source, period);
    }
    return new Decision(period.take(source.lines(), user, lines), before);
  }

  /**
   * @param before the logger's period before, where this is the first of a new one
   */
  private record Decision(boolean write, @Nullable Period before) {}

  /** Not changed any more once it is over. */
  private static final class Period {
    private final long start;

    /** Those who had a line written: no more than there are lines. */
    private final Map<String, Part> users = new HashMap<>();

    private int lines;
    private long leftOut;

    Period(long start) {
      this.start = start;
    }

    boolean take(int most, @Nullable String user, int more) {
      Part part = user == null ? null : users.get(user);
      if (part != null && part.lines + more > LINES_OF_A_USER) {
        part.leftOut++;
        return false;
      }
      if (lines + more > most) {
        leftOut++;
        return false;
      }
      lines += more;
      if (user != null) {
        users.computeIfAbsent(user, _ -> new Part()).lines += more;
      }
      return true;
    }
  }

  private static final class Part {
    private int lines;
    private long leftOut;
  }
}
