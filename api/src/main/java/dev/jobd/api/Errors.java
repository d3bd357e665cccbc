package dev.jobd.api;

import dev.jobd.api.ErrorDetails.FieldViolation;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every way in which a call to jobd fails, each with its reason, words and metadata. */
public final class Errors {
  private Errors() {}

  /** The same for a job that does not exist and one that the caller may not see. */
  public static StatusRuntimeException jobNotFound(String job) {
    return failure(ErrorReason.JOB_NOT_FOUND, "no such job: " + job, Map.of("job", job));
  }

  public static StatusRuntimeException ambiguousJob(String job) {
    return failure(
        ErrorReason.AMBIGUOUS_JOB,
        "several jobs fit " + job + ": give an id, or more of it",
        Map.of("job", job));
  }

  /**
   * The caller's role does not reach.
   *
   * @param why who may not do what, for example {@code role submitter may not stop jobs}
   */
  public static StatusRuntimeException permissionDenied(String why) {
    return failure(ErrorReason.PERMISSION_DENIED, why, Map.of());
  }

  public static StatusRuntimeException unauthenticated(String why) {
    return failure(ErrorReason.UNAUTHENTICATED, why, Map.of());
  }

  /**
   * One field of the request is wrong.
   *
   * @param field its path in the request, for example {@code spec.limits.pids}
   * @param problem what is wrong and what would be right, for example {@code must be at least 1,
   *     was 0}
   */
  public static StatusRuntimeException invalidField(String field, String problem) {
    return wrongField(ErrorReason.INVALID_FIELD, field, problem);
  }

  /**
   * The name of the job to start is another live job's of the same owner.
   *
   * @param holder the id of that job
   */
  public static StatusRuntimeException nameInUse(String name, String holder) {
    return failure(
        ErrorReason.NAME_IN_USE,
        "name " + name + " is in use by live job " + holder + ": choose another or stop that job",
        Map.of("name", name, "job", holder));
  }

  /** The job to delete lives. */
  public static StatusRuntimeException jobRunning(String job) {
    return failure(
        ErrorReason.JOB_RUNNING,
        "job " + job + " has not ended: stop it first",
        Map.of("job", job));
  }

  /** The job to change has ended. */
  public static StatusRuntimeException jobEnded(String job) {
    return failure(
        ErrorReason.JOB_ENDED,
        "job " + job + " has ended: there is nothing to change",
        Map.of("job", job));
  }

  /**
   * A limit that a running job cannot be given; it has those that it had.
   *
   * @param field its path in the request, for example {@code limits.memory_bytes}
   * @param problem what is wrong and what would be right
   */
  public static StatusRuntimeException limitRefused(String field, String problem) {
    return wrongField(ErrorReason.LIMIT_REFUSED, field, problem);
  }

  /**
   * A change of a running job's limits that is neither made nor undone.
   *
   * @param problem what is known, and what to do
   */
  public static StatusRuntimeException limitsUnsettled(String job, String problem) {
    return failure(ErrorReason.LIMITS_UNSETTLED, problem, Map.of("job", job));
  }

  /**
   * The output to read was let go.
   *
   * @param name the job's, if it has one
   * @param time when, which is to the second here
   * @param rule why, as a configuration has it: {@code retention.output_age}; empty where that is
   *     not known
   */
  public static StatusRuntimeException outputExpired(
      String job, Optional<String> name, Instant time, Optional<String> rule) {
    String at = time.truncatedTo(ChronoUnit.SECONDS).toString();
    Map<String, String> metadata = new HashMap<>(Map.of("job", job, "expire_time", at));
    name.ifPresent(known -> metadata.put("name", known));
    rule.ifPresent(known -> metadata.put("rule", known));
    return failure(
        ErrorReason.OUTPUT_EXPIRED,
        "the output of job "
            + job
            + name.map(known -> " (" + known + ")").orElse("")
            + " expired at "
            + at
            + rule.map(known -> " by " + known).orElse("")
            + "; its verdict is still there",
        metadata);
  }

  /** The job to send input to was started without an open stdin. */
  public static StatusRuntimeException stdinClosed(String job) {
    return failure(
        ErrorReason.STDIN_CLOSED,
        "job " + job + " was started without an open stdin: it has read the end of it",
        Map.of("job", job));
  }

  /** A later call sends the job's input. */
  public static StatusRuntimeException inputReplaced(String job) {
    return failure(
        ErrorReason.INPUT_REPLACED,
        "another call sends the input of job " + job + " now",
        Map.of("job", job));
  }

  /**
   * The request id of a start has started a job of another specification.
   *
   * @param job the id of that job
   */
  public static StatusRuntimeException requestIdReused(String requestId, String job) {
    return failure(
        ErrorReason.REQUEST_ID_REUSED,
        "request id "
            + requestId
            + " has started job "
            + job
            + ", which was asked for in another way: choose another id for another job",
        Map.of("request_id", requestId, "job", job));
  }

  /**
   * The job's command could not be executed.
   *
   * @param job the id of the job that is recorded as failed
   * @param words what failed, on what, and why
   * @param step what failed, for example {@code exec}
   * @param errno the kernel's error number
   * @param message the same in words
   */
  public static StatusRuntimeException startFailed(
      String job, String words, String step, int errno, String message) {
    return failure(
        ErrorReason.START_FAILED,
        "job " + job + " could not start: " + words,
        Map.of("job", job, "step", step, "errno", Integer.toString(errno), "message", message));
  }

  /**
   * A start that came to nothing.
   *
   * @param exhausted what this host has run out of, where that is the cause
   * @param incident under which the server's log has the cause
   */
  public static StatusRuntimeException startRefused(Optional<String> exhausted, String incident) {
    return new ErrorDetails(
            exhausted.isPresent()
                ? Status.Code.RESOURCE_EXHAUSTED
                : ErrorReason.START_REFUSED.code(),
            "the job was not started: "
                + exhausted.orElse("this host could not prepare it")
                + "; the server's log has more under incident "
                + incident,
            Optional.of(ErrorReason.START_REFUSED),
            Map.of("incident", incident),
            List.of())
        .toException();
  }

  /**
   * A start or a change of limits that there is no room for, or that comes too soon. Amounts are
   * jobs, bytes, thousandths of a core, starts or changes.
   *
   * @param quota which one, for example {@code running_jobs}
   * @param limit how much there is
   * @param used how much of it is used
   * @param retryAfter when there will be room, where that comes by itself
   * @param problem all of it in words, with what to do
   */
  public static StatusRuntimeException quotaExceeded(
      String quota, long limit, long used, Optional<Duration> retryAfter, String problem) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put("quota", quota);
    metadata.put("limit", Long.toString(limit));
    metadata.put("used", Long.toString(used));
    retryAfter.ifPresent(wait -> metadata.put("retry_after_ms", Long.toString(wait.toMillis())));
    return failure(ErrorReason.QUOTA_EXCEEDED, problem, metadata);
  }

  /**
   * The call was not begun, for others are under way.
   *
   * @param what of, for example {@code calls}
   * @param holder whose they are, for example {@code user alice}
   * @param bound how many there may be
   */
  public static StatusRuntimeException tooManyCalls(String what, String holder, int bound) {
    return failure(
        ErrorReason.TOO_MANY_CALLS,
        holder + " has " + bound + " " + what + " under way: end one, or try again later",
        Map.of("what", what, "bound", Integer.toString(bound)));
  }

  /**
   * The server ends, and with it every call that would last. Carries no reason, so that clients
   * take it as what it is, a lost connection, and go on where they were.
   */
  public static StatusRuntimeException shuttingDown() {
    return Status.UNAVAILABLE.withDescription("jobd is shutting down").asRuntimeException();
  }

  /**
   * The server's own fault.
   *
   * @param incident under which the server's log has the cause, which the caller is not told
   */
  public static StatusRuntimeException internal(String incident) {
    return failure(
        ErrorReason.INTERNAL,
        "the server failed; its log has the cause under incident " + incident,
        Map.of("incident", incident));
  }

  private static StatusRuntimeException wrongField(
      ErrorReason reason, String field, String problem) {
    return new ErrorDetails(
            reason.code(),
            field + ": " + problem,
            Optional.of(reason),
            Map.of("field", field),
            List.of(new FieldViolation(field, problem)))
        .toException();
  }

  private static StatusRuntimeException failure(
      ErrorReason reason, String message, Map<String, String> metadata) {
    return new ErrorDetails(reason.code(), message, Optional.of(reason), metadata, List.of())
        .toException();
  }
}
