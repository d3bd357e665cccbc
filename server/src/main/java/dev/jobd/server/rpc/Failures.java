package dev.jobd.server.rpc;

import dev.jobd.api.Errors;
import dev.jobd.worker.JobDeletedException;
import dev.jobd.worker.JobEndedException;
import dev.jobd.worker.JobRunningException;
import dev.jobd.worker.LaunchException;
import dev.jobd.worker.LimitsUnsettledException;
import dev.jobd.worker.NameInUseException;
import dev.jobd.worker.OutputExpiredException;
import dev.jobd.worker.QuotaExceededException;
import dev.jobd.worker.RequestIdReusedException;
import dev.jobd.worker.StdinClosedException;
import dev.jobd.worker.TooManyChangesException;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.OutputRule;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong, as the caller is told. The one place where an exception becomes a status; what
 * it says about the server's insides goes to the log alone.
 */
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  /** The kernel's (and SQLite's) words for a resource that this host has run out of. */
  private static final List<String> EXHAUSTED =
      List.of(
          "No space left on device",
          "Disk quota exceeded",
          "Too many open files",
          "Cannot allocate memory",
          "Resource temporarily unavailable",
          "database or disk is full");

  private Failures() {}

  static StatusRuntimeException translate(Throwable failure) {
    return switch (failure) {
      case StatusRuntimeException status -> status;
      case CompletionException wrapper when wrapper.getCause() != null ->
          translate(wrapper.getCause());
      case InvalidSpecException invalid -> Errors.invalidField(invalid.field(), invalid.problem());
      case NameInUseException inUse -> Errors.nameInUse(inUse.name(), inUse.holder().toString());
      case QuotaExceededException quota ->
          Errors.quotaExceeded(
              quota.quota(),
              quota.bound(),
              quota.used(),
              Optional.ofNullable(quota.retryAfter()),
              String.valueOf(quota.getMessage()));
      case JobRunningException running -> Errors.jobRunning(running.job().toString());
      case StdinClosedException closed -> Errors.stdinClosed(closed.job().toString());
      case JobEndedException ended -> Errors.jobEnded(ended.job().toString());
      case LimitRefusedException limit -> Errors.limitRefused(limit.field(), limit.problem());
      case LimitsUnsettledException limits ->
          Errors.limitsUnsettled(limits.job().toString(), String.valueOf(limits.getMessage()));
      case TooManyChangesException changes ->
          Errors.tooManyCalls(
              "changes of limits",
              changes.owner() == null ? "this server" : "user " + changes.owner().name(),
              changes.bound());
      case JobDeletedException deleted -> Errors.jobNotFound(deleted.job().toString());
      case OutputExpiredException expired ->
          Errors.outputExpired(
              expired.job().toString(),
              expired.name(),
              expired.at(),
              expired.rule().map(OutputRule::toString));
      case RequestIdReusedException reused ->
          Errors.requestIdReused(reused.requestId().text(), reused.job().toString());
      case LaunchException launch ->
          Errors.startFailed(
              launch.job().toString(),
              launch.words(),
              launch.failure().step(),
              launch.failure().errno(),
              launch.failure().message());
      default -> Errors.internal(report(failure));
    };
  }

  /** A start that came to nothing: no process, no record. The caller may try again. */
  static StatusRuntimeException startRefused(IOException cause) {
    return Errors.startRefused(exhaustedResource(cause), report(cause));
  }

  private static Optional<String> exhaustedResource(Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      Optional<String> words = EXHAUSTED.stream().filter(message::contains).findFirst();
      if (words.isPresent()) {
        return words;
      }
    }
    return Optional.empty();
  }

  private static String report(Throwable failure) {
    String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    log.error("incident {}", incident, failure);
    return incident;
  }
}
