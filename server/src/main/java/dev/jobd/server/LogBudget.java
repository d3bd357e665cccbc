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

/**
 * Bounds what each logger writes in a minute, because peers decide how often something goes wrong
 * with them, and the disk is everybody's. Each level has as much: what is usual does not push out
 * what is a warning. How much was left out is said with the logger's first line of a later minute.
 * Named in {@code logback.xml}.
 */
public final class LogBudget extends TurboFilter {
  static final int LINES = 60;

  /** What becomes of jobs: each is some lines, and costs its user a start. */
  static final int LINES_OF_JOBS = 1200;

  /** What an event with a stack trace counts for: six of them a minute. */
  static final int LINES_OF_A_TRACE = 10;

  private static final Duration PERIOD = Duration.ofMinutes(1);

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
    Decision decision = decide(source, hasTrace ? LINES_OF_A_TRACE : 1);
    if (decision.leftOut() > 0) {
      logger.warn("{} events were left out: too many in a minute", decision.leftOut());
    }
    return decision.write() ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  private synchronized Decision decide(Source source, int lines) {
    long now = clock.millis();
    Period period = periods.computeIfAbsent(source, _ -> new Period(now));
    long leftOut = 0;
    if (now - period.start >= PERIOD.toMillis() || now < period.start) {
      leftOut = period.leftOut;
      period = new Period(now);
      periods.put(source, period);
    }
    if (period.lines + lines > source.lines()) {
      period.leftOut++;
      return new Decision(false, leftOut);
    }
    period.lines += lines;
    return new Decision(true, leftOut);
  }

  /**
   * @param leftOut events of the logger's period before, where this is the first of a new one
   */
  private record Decision(boolean write, long leftOut) {}

  private static final class Period {
    private final long start;
    private int lines;
    private long leftOut;

    Period(long start) {
      this.start = start;
    }
  }
}
