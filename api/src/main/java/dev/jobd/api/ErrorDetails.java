package dev.jobd.api;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A failed call as server and client share it: what {@link Errors} puts into a status, and what is
 * read back from one.
 *
 * @param code the gRPC status
 * @param message for people, one line
 * @param reason empty where the status carries none that is known, for example a failure to connect
 * @param metadata what the reason is about, by name
 * @param violations the wrong fields of an INVALID_ARGUMENT
 */
public record ErrorDetails(
    Status.Code code,
    String message,
    Optional<ErrorReason> reason,
    Map<String, String> metadata,
    List<FieldViolation> violations) {

  /** Of every reason that jobd gives. */
  public static final String DOMAIN = "jobd.dev";

  /**
   * In characters, of each text. An error travels in the trailers, twice encoded, and peers refuse
   * more than 8 KiB of them: text that a caller sent must not make its error undeliverable.
   */
  public static final int MAX_TEXT_LENGTH = 256;

  /** Violations and entries of metadata, each; for the same reason. */
  public static final int MAX_ENTRIES = 8;

  /** One wrong field: its path in the request and what would be right. */
  public record FieldViolation(String field, String description) {}

  public ErrorDetails {
    metadata = Map.copyOf(metadata);
    violations = List.copyOf(violations);
  }

  /** What {@code failure} says; its code and message alone where it carries no details. */
  public static ErrorDetails of(StatusRuntimeException failure) {
    Optional<ErrorReason> reason = Optional.empty();
    Map<String, String> metadata = Map.of();
    List<FieldViolation> violations = List.of();
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
      Optional<ErrorInfo> info = unpack(detail, ErrorInfo.class);
      if (info.isPresent() && info.get().getDomain().equals(DOMAIN)) {
        reason = reasonOf(info.get().getReason());
        metadata = info.get().getMetadataMap();
      }
      Optional<BadRequest> badRequest = unpack(detail, BadRequest.class);
      if (badRequest.isPresent()) {
        violations =
            badRequest.get().getFieldViolationsList().stream()
                .map(v -> new FieldViolation(v.getField(), v.getDescription()))
                .toList();
      }
    }
    String description = failure.getStatus().getDescription();
    return new ErrorDetails(
        failure.getStatus().getCode(),
        description == null ? "" : description,
        reason,
        metadata,
        violations);
  }

  /** The job that could not start and is recorded as failed, where that is the failure. */
  public Optional<String> failedJob() {
    return reason.filter(why -> why == ErrorReason.START_FAILED).map(_ -> metadata.get("job"));
  }

  /** This failure as gRPC carries it. */
  public StatusRuntimeException toException() {
    String text = shorten(message);
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(text);
    reason.ifPresent(r -> status.addDetails(Any.pack(errorInfo(r))));
    if (!violations.isEmpty()) {
      status.addDetails(Any.pack(badRequest()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private ErrorInfo errorInfo(ErrorReason why) {
    ErrorInfo.Builder info = ErrorInfo.newBuilder().setReason(why.name()).setDomain(DOMAIN);
    metadata.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .limit(MAX_ENTRIES)
        .forEach(e -> info.putMetadata(shorten(e.getKey()), shorten(e.getValue())));
    return info.build();
  }

  private BadRequest badRequest() {
    BadRequest.Builder request = BadRequest.newBuilder();
    violations.stream()
        .limit(MAX_ENTRIES)
        .forEach(
            v ->
                request
                    .addFieldViolationsBuilder()
                    .setField(shorten(v.field()))
                    .setDescription(shorten(v.description())));
    return request.build();
  }

  private static Optional<ErrorReason> reasonOf(String name) {
    for (ErrorReason reason : ErrorReason.values()) {
      if (reason.name().equals(name)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  private static <T extends Message> Optional<T> unpack(Any detail, Class<T> type) {
    if (!detail.is(type)) {
      return Optional.empty();
    }
    try {
      return Optional.of(detail.unpack(type));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static String shorten(String text) {
    if (text.length() <= MAX_TEXT_LENGTH) {
      return text;
    }
    int end = MAX_TEXT_LENGTH - 1;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + "…";
  }
}
