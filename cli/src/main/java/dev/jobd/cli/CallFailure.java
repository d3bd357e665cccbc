package dev.jobd.cli;

import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.args.RequestField;
import dev.jobd.cli.render.StatusWords;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A call to the server failed. */
final class CallFailure extends CommandFailure {
  private final ErrorDetails details;

  private CallFailure(int exitCode, String message, ErrorDetails details) {
    super(exitCode, message);
    this.details = details;
  }

  /**
   * @param request what was sent, in whose options what is wrong with it is told
   */
  static CallFailure of(
      String operation,
      ServerAddress server,
      CredentialFiles files,
      @Nullable Object request,
      StatusRuntimeException e) {
    ErrorDetails details = ErrorDetails.of(e);
    Optional<Exception> refusal = Transport.distrust(e);
    if (refusal.isPresent()) {
      return new CallFailure(
          ExitCode.NOT_ALLOWED,
          "cannot %s: %s".formatted(operation, new Distrust(server, files).words(refusal.get())),
          details);
    }
    return new CallFailure(
        exitCode(details),
        "cannot %s: %s".formatted(operation, words(server, details, request, e)),
        details);
  }

  /** A call to a server that was there, went away, and did not come back within {@code bound}. */
  static CallFailure lost(
      String operation, ServerAddress server, Duration bound, StatusRuntimeException e) {
    return new CallFailure(
        ExitCode.UNREACHABLE,
        "cannot %s: lost %s and could not reach it again within %s"
            .formatted(operation, server, Reconnection.words(bound)),
        ErrorDetails.of(e));
  }

  /** The same; where the server was not reached, also with what can be done about it later. */
  CallFailure whereUnreachable(String wayOn) {
    return where(ExitCode.UNREACHABLE, wayOn);
  }

  /** The same; where the caller may not do it, also with what is the case now. */
  CallFailure whereNotAllowed(String wayOn) {
    return where(ExitCode.NOT_ALLOWED, wayOn);
  }

  private CallFailure where(int code, String wayOn) {
    return exitCode() == code ? with(wayOn) : this;
  }

  /** The same, also with what can be done about it. */
  CallFailure with(String wayOut) {
    return new CallFailure(exitCode(), words() + "; " + wayOut, details);
  }

  /** What the server said, as far as the failure came from it. */
  ErrorDetails details() {
    return details;
  }

  private static int exitCode(ErrorDetails details) {
    if (refusedByServer(details)) {
      return ExitCode.FAILED;
    }
    return switch (details.code()) {
      case INVALID_ARGUMENT -> ExitCode.USAGE;
      case NOT_FOUND -> ExitCode.NOT_FOUND;
      case PERMISSION_DENIED, UNAUTHENTICATED -> ExitCode.NOT_ALLOWED;
      case UNAVAILABLE, DEADLINE_EXCEEDED -> ExitCode.UNREACHABLE;
      default -> ExitCode.FAILED;
    };
  }

  private static String words(
      ServerAddress server,
      ErrorDetails details,
      @Nullable Object request,
      StatusRuntimeException e) {
    String message = details.message().isEmpty() ? details.code().name() : details.message();
    if (refusedByServer(details)) {
      return message;
    }
    return switch (details.code()) {
      case UNAVAILABLE ->
          "no connection to %s: %s; is jobd running there? --server or JOBCTL_SERVER names another"
              .formatted(server, rootMessage(e, message));
      case DEADLINE_EXCEEDED ->
          "no answer from %s in time; is jobd running there?".formatted(server);
      // Of a job, the operation has named it.
      case NOT_FOUND ->
          details
                  .reason()
                  .filter(r -> r == ErrorReason.JOB_NOT_FOUND)
                  .map(_ -> "no such job")
                  .orElse(message)
              + "; jobctl list shows the jobs that you may see";
      case PERMISSION_DENIED -> message + "; jobctl whoami shows what you may do";
      case INVALID_ARGUMENT ->
          details.violations().isEmpty() ? message : inOptions(details, request);
      case FAILED_PRECONDITION ->
          details.reason().filter(r -> r == ErrorReason.OUTPUT_EXPIRED).isPresent()
              ? expired(details)
              : details.violations().isEmpty()
                  ? withFailedJob(details, message)
                  : inOptions(details, request);
      case UNAUTHENTICATED -> message + "; --cert or --user gives other credentials";
      case UNIMPLEMENTED -> server + " does not know this call; it may be older than this client";
      default -> withFailedJob(details, message);
    };
  }

  private static String withFailedJob(ErrorDetails details, String message) {
    return details
        .failedJob()
        .map(job -> message + "; jobctl status " + job + " shows the job")
        .orElse(message);
  }

  /** Of a job, the operation has named it. */
  private static String expired(ErrorDetails details) {
    String time = details.metadata().getOrDefault("expire_time", "a time unknown");
    return "it was "
        + StatusWords.removal(time, details.metadata().get("rule"))
        + "; jobctl status still shows how the job ended";
  }

  private static String inOptions(ErrorDetails details, @Nullable Object request) {
    return details.violations().stream()
        .map(violation -> RequestField.problem(request, violation.field(), violation.description()))
        .collect(Collectors.joining("; "));
  }

  /** UNAVAILABLE that has a reason is the server's word; without one, nobody was reached. */
  private static boolean refusedByServer(ErrorDetails details) {
    return details.code() == Status.Code.UNAVAILABLE && details.reason().isPresent();
  }

  /**
   * The innermost words: gRPC's own say no more than that there was an I/O error. Of gRPC's, one
   * line: others name parts of its machinery.
   */
  private static String rootMessage(StatusRuntimeException e, String otherwise) {
    Throwable root = Transport.root(e);
    String words = root == null ? null : root.getMessage();
    return (words == null ? otherwise : words).lines().findFirst().orElse(otherwise);
  }
}
