package dev.jobd.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.ErrorDetails.FieldViolation;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorDetailsTest {
  /** What netty accepts of trailers unless it is told otherwise. */
  private static final int MAX_TRAILER_BYTES = 8192;

  @Test
  void detailsComeBackAsTheyWereSent() {
    ErrorDetails details =
        ErrorDetails.of(
            Errors.startFailed("id", "executing 'x': No such file", "exec", 2, "No such file"));

    assertThat(details)
        .isEqualTo(
            new ErrorDetails(
                Status.Code.FAILED_PRECONDITION,
                "job id could not start: executing 'x': No such file",
                Optional.of(ErrorReason.START_FAILED),
                Map.of("job", "id", "step", "exec", "errno", "2", "message", "No such file"),
                List.of()));
  }

  @Test
  void invalidFieldNamesTheField() {
    ErrorDetails details =
        ErrorDetails.of(Errors.invalidField("spec.limits.pids", "must be at least 1, was 0"));

    assertThat(details.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(details.violations())
        .containsExactly(new FieldViolation("spec.limits.pids", "must be at least 1, was 0"));
  }

  @Test
  void failureWithoutDetailsHasCodeAndMessageAlone() {
    StatusRuntimeException failure =
        Status.UNAVAILABLE.withDescription("io exception").asRuntimeException();

    assertThat(ErrorDetails.of(failure))
        .isEqualTo(
            new ErrorDetails(
                Status.Code.UNAVAILABLE, "io exception", Optional.empty(), Map.of(), List.of()));
  }

  @Test
  void reasonOfALaterVersionIsLeftOut() {
    Metadata trailers = trailersOf(Errors.jobNotFound("id"));
    Metadata.Key<byte[]> key =
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
    byte[] details = trailers.removeAll(key).iterator().next();
    String changed =
        new String(details, StandardCharsets.ISO_8859_1).replace("JOB_NOT_FOUND", "JOB_NOT_FAXED");
    trailers.put(key, changed.getBytes(StandardCharsets.ISO_8859_1));

    ErrorDetails read = ErrorDetails.of(Status.NOT_FOUND.asRuntimeException(trailers));

    assertThat(read.reason()).isEmpty();
    assertThat(read.metadata()).containsEntry("job", "id");
  }

  @Test
  void callersTextNeverMakesAnErrorTooLargeToDeliver() {
    String huge = "\uD83D\uDE00\u20AC".repeat(100_000);
    StatusRuntimeException failure = Errors.invalidField(huge, huge);

    assertThat(ErrorDetails.of(failure).reason()).contains(ErrorReason.INVALID_FIELD);
    assertThat(bytesOnTheWire(failure)).isLessThan(MAX_TRAILER_BYTES);
  }

  /** At most: each byte of the message percent-encoded, each byte of the details in base 64. */
  private static int bytesOnTheWire(StatusRuntimeException failure) {
    String message = failure.getStatus().getDescription();
    int messageBytes = message == null ? 0 : 3 * message.getBytes(StandardCharsets.UTF_8).length;
    byte[] details =
        trailersOf(failure)
            .get(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER));
    return messageBytes + (details == null ? 0 : 4 * details.length / 3);
  }

  private static Metadata trailersOf(StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    if (trailers == null) {
      throw new AssertionError("no trailers", failure);
    }
    return trailers;
  }
}
