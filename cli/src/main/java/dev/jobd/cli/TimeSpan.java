package dev.jobd.cli;

import com.google.protobuf.Timestamp;
import dev.jobd.api.args.PointInTime;
import java.io.IOException;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --since} and {@code --until} ask for.
 *
 * @param since the first moment in it; {@code null}: it has no beginning
 * @param until the first moment after it; {@code null}: it has no end
 */
record TimeSpan(@Nullable Instant since, @Nullable Instant until) {
  static final String SINCE = "--since";
  static final String UNTIL = "--until";

  /**
   * As the command line has it. One that has not begun is no error, but people are told.
   *
   * @throws CommandFailure a usage error
   */
  static TimeSpan of(Invocation invocation) throws CommandFailure, IOException {
    Instant now = Instant.now();
    Arguments arguments = invocation.arguments();
    Instant since = arguments.parsed(SINCE, text -> PointInTime.parse(text, now));
    Instant until = arguments.parsed(UNTIL, text -> PointInTime.parse(text, now));
    if (since != null && until != null && !until.isAfter(since)) {
      throw CommandFailure.usage(
          "%s must be after %s, %s, was %s".formatted(UNTIL, SINCE, since, until));
    }
    if (since != null && since.isAfter(now)) {
      invocation
          .console()
          .say(SINCE + " " + since + " is in the future: there is nothing from then on yet");
    }
    return new TimeSpan(since, until);
  }

  void ifBegins(Consumer<Timestamp> set) {
    ifThere(since, set);
  }

  void ifEnds(Consumer<Timestamp> set) {
    ifThere(until, set);
  }

  private static void ifThere(@Nullable Instant time, Consumer<Timestamp> set) {
    if (time != null) {
      set.accept(
          Timestamp.newBuilder()
              .setSeconds(time.getEpochSecond())
              .setNanos(time.getNano())
              .build());
    }
  }
}
