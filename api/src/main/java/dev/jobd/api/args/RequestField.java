package dev.jobd.api.args;

import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.UpdateLimitsRequest;
import org.jspecify.annotations.Nullable;

/**
 * A field of a request as jobctl's command lines write it: what the API says about {@code
 * tail_lines} is for people about {@code --tail}.
 */
public final class RequestField {
  private static final String SPEC = "spec.";
  private static final String LIMITS = "limits.";

  private RequestField() {}

  /**
   * What is wrong, in the words of the options.
   *
   * @param request what was sent, as far as it is known
   * @param field its path in the request, for example {@code spec.limits.pids}
   * @param problem for example {@code must be at least 0, was -1}
   * @return for example {@code --tail must be at least 0, was -1}
   */
  public static String problem(@Nullable Object request, String field, String problem) {
    if (field.startsWith(SPEC)) {
      return JobField.problem(limits(request), field.substring(SPEC.length()), problem);
    }
    if (field.startsWith(LIMITS)) {
      return JobField.problem(limits(request), field, problem);
    }
    int index = field.indexOf('[');
    String name = index < 0 ? field : field.substring(0, index);
    return switch (name) {
      case "job" -> "the job " + problem;
      case "request_id" -> "--request-id " + problem;
      case "offset" -> "--from " + problem;
      case "tail_lines" -> "--tail " + problem;
      case "since", "created_after" -> "--since " + problem;
      case "until", "created_before" -> "--until " + problem;
      case "signal" -> "--signal " + problem;
      case "grace" -> "--grace " + LimitTerms.durations(problem);
      case "owner" -> "--owner " + problem;
      case "page_size" -> "--limit " + problem;
      case "name", "labels" -> JobField.problem(field, problem);
      default -> field + ": " + problem;
    };
  }

  private static Limits limits(@Nullable Object request) {
    return switch (request) {
      case StartJobRequest start -> start.getSpec().getLimits();
      case UpdateLimitsRequest update -> update.getLimits();
      case null, default -> Limits.getDefaultInstance();
    };
  }
}
