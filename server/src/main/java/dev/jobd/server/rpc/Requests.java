package dev.jobd.server.rpc;

import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.UpdateLimitsRequest;
import dev.jobd.worker.InputSender;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.TimeRange;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests as the worker's values. The one place where a request is judged: every method throws an
 * {@link InvalidSpecException} that names the field by its path in the API.
 */
final class Requests {
  private Requests() {}

  static JobSpec spec(StartJobRequest request) {
    try {
      return SpecWire.read(request.getSpec());
    } catch (InvalidSpecException e) {
      throw within("spec", e);
    }
  }

  /** What the caller names the start by, so that he can ask for it again; {@code null} without. */
  static @Nullable RequestId requestId(StartJobRequest request) {
    return request.getRequestId().isEmpty() ? null : new RequestId(request.getRequestId());
  }

  /** The same problem with a field as seen from the message that holds it. */
  static InvalidSpecException within(String message, InvalidSpecException e) {
    return new InvalidSpecException(message + "." + e.field(), e.problem());
  }

  static StopRequest stop(StopJobRequest request, String by) {
    Duration grace =
        request.hasGrace() ? WireTime.duration("grace", request.getGrace()) : Duration.ZERO;
    int defaultSignal = grace.isZero() ? StopRequest.SIGKILL : StopRequest.SIGTERM;
    return new StopRequest(by, request.hasSignal() ? request.getSignal() : defaultSignal, grace);
  }

  /** Those to change. */
  static Limits limits(UpdateLimitsRequest request) {
    return LimitsWire.read(request.getLimits());
  }

  static ReadRequest read(StreamOutputRequest request) {
    Set<OutputStreamKind> streams = EnumSet.noneOf(OutputStreamKind.class);
    List<OutputStream> asked = request.getStreamsList();
    for (int i = 0; i < asked.size(); i++) {
      streams.add(JobWire.read("streams[" + i + "]", asked.get(i)));
    }
    return new ReadRequest(
        request.getOffset(),
        request.hasSince() ? WireTime.instant("since", request.getSince()) : null,
        request.hasUntil() ? WireTime.instant("until", request.getUntil()) : null,
        request.hasTailLines() ? request.getTailLines() : null,
        streams.isEmpty() ? EnumSet.allOf(OutputStreamKind.class) : streams,
        request.getFollow());
  }

  /** Of the first request of a call. */
  static String jobOfInput(SendInputRequest first) {
    if (!first.getData().isEmpty() || first.getEnd() || first.getOffset() != 0) {
      throw new InvalidSpecException(
          "data", "must not come before the first answer, which tells where the input stands");
    }
    return first.getJob();
  }

  /** A request that follows the first. */
  static void checkInput(SendInputRequest request) {
    if (!request.getJob().isEmpty()) {
      throw new InvalidSpecException("job", "must be empty in all requests but the first");
    }
    if (request.getData().size() > InputSender.MAX_BYTES) {
      throw new InvalidSpecException(
          "data",
          "must be at most " + InputSender.MAX_BYTES + " bytes, was " + request.getData().size());
    }
  }

  /**
   * @param standing of the next byte
   */
  static void checkOffset(SendInputRequest request, long standing) {
    if (request.getOffset() != standing) {
      throw new InvalidSpecException(
          "offset", "must be " + standing + ", where the input stands, was " + request.getOffset());
    }
  }

  /** What was asked for; what the caller may see of it is judged elsewhere. */
  static JobQuery query(ListJobsRequest request) {
    return new JobQuery(
        request.getOwner().isEmpty() ? null : new Owner(request.getOwner()),
        null,
        emptyToNull(request.getName()),
        phases(request.getPhasesList()),
        request.getLabelsMap(),
        created(request),
        request.getPageSize() == 0 ? JobQuery.DEFAULT_PAGE_SIZE : request.getPageSize(),
        emptyToNull(request.getPageToken()));
  }

  private static TimeRange created(ListJobsRequest request) {
    return new TimeRange(
        request.hasCreatedAfter()
            ? WireTime.instant("created_after", request.getCreatedAfter())
            : null,
        request.hasCreatedBefore()
            ? WireTime.instant("created_before", request.getCreatedBefore())
            : null);
  }

  private static Set<JobQuery.Phase> phases(List<JobPhase> asked) {
    Set<JobQuery.Phase> phases = EnumSet.noneOf(JobQuery.Phase.class);
    for (int i = 0; i < asked.size(); i++) {
      phases.add(JobWire.read("phases[" + i + "]", asked.get(i)));
    }
    return phases;
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
