package dev.jobd.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorDetails.FieldViolation;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.Errors;
import dev.jobd.worker.JobDeletedException;
import dev.jobd.worker.JobRunningException;
import dev.jobd.worker.LaunchException;
import dev.jobd.worker.LimitsUnsettledException;
import dev.jobd.worker.NameInUseException;
import dev.jobd.worker.OutputExpiredException;
import dev.jobd.worker.RequestIdReusedException;
import dev.jobd.worker.TooManyChangesException;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.OutputRule;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.RequestId;
import dev.jobd.worker.model.Verdict;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static final JobId JOB = JobId.random();

  @Test
  void wrongFieldIsNamed() {
    ErrorDetails details =
        details(Failures.translate(new InvalidSpecException("spec.limits.pids", "must be 1")));
    assertThat(details.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(details.reason()).contains(ErrorReason.INVALID_FIELD);
    assertThat(details.violations())
        .containsExactly(new FieldViolation("spec.limits.pids", "must be 1"));
  }

  @Test
  void nameInUseTellsWhoHasIt() {
    ErrorDetails details = details(Failures.translate(new NameInUseException("build", JOB)));
    assertThat(details.code()).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(details.reason()).contains(ErrorReason.NAME_IN_USE);
    assertThat(details.metadata()).containsEntry("job", JOB.toString());
    assertThat(details.message()).contains("build");
  }

  @Test
  void deletionOfALiveJobSaysToStopItFirst() {
    ErrorDetails details = details(Failures.translate(new JobRunningException(JOB)));
    assertThat(details.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(details.reason()).contains(ErrorReason.JOB_RUNNING);
    assertThat(details.metadata()).containsEntry("job", JOB.toString());
    assertThat(details.message()).isEqualTo("job " + JOB + " has not ended: stop it first");
  }

  @Test
  void aChangeOfLimitsThatIsNotOverSaysSo() {
    LimitsUnsettledException underWay =
        LimitsUnsettledException.underWay(JOB, null, Duration.ofSeconds(12));
    ErrorDetails details = details(Failures.translate(underWay));
    assertThat(details.code()).isEqualTo(Status.Code.ABORTED);
    assertThat(details.reason()).contains(ErrorReason.LIMITS_UNSETTLED);
    assertThat(details.metadata()).containsEntry("job", JOB.toString());
    assertThat(details.message()).contains("not done within 12 s: what was asked for may hold");
  }

  @Test
  void aChangeOfLimitsThatIsOneTooManySaysWhoseAreInTheWay() {
    ErrorDetails own =
        details(Failures.translate(new TooManyChangesException(new Owner("alice"), 1)));
    ErrorDetails others = details(Failures.translate(new TooManyChangesException(null, 2)));
    assertThat(own.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(own.reason()).contains(ErrorReason.TOO_MANY_CALLS);
    assertThat(own.message()).startsWith("user alice has 1 changes of limits under way");
    assertThat(others.message()).startsWith("this server has 2 changes of limits under way");
  }

  @Test
  void expiredOutputTellsWhenAndByWhatItExpired() {
    Instant at = Instant.parse("2026-11-21T08:00:00.123Z");
    ErrorDetails details =
        details(
            Failures.translate(
                new OutputExpiredException(JOB, "build", at, OutputRule.OWNER_QUOTA)));
    assertThat(details.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(details.reason()).contains(ErrorReason.OUTPUT_EXPIRED);
    assertThat(details.metadata())
        .containsEntry("job", JOB.toString())
        .containsEntry("name", "build")
        .containsEntry("rule", "quotas.output")
        .containsEntry("expire_time", "2026-11-21T08:00:00Z");
    assertThat(details.message())
        .isEqualTo(
            "the output of job "
                + JOB
                + " (build) expired at 2026-11-21T08:00:00Z by quotas.output; its verdict is still"
                + " there");
    assertThat(
            details(Failures.translate(new OutputExpiredException(JOB, null, at, null))).message())
        .isEqualTo(
            "the output of job "
                + JOB
                + " expired at 2026-11-21T08:00:00Z; its verdict is still there");
  }

  @Test
  void outputOfAJobThatWasDeletedMeanwhileIsOfNoSuchJob() {
    ErrorDetails details = details(Failures.translate(new JobDeletedException(JOB)));
    assertThat(details.code()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(details.reason()).contains(ErrorReason.JOB_NOT_FOUND);
    assertThat(details.message()).isEqualTo("no such job: " + JOB);
  }

  @Test
  void reusedRequestIdTellsWhichJobItStarted() {
    ErrorDetails details =
        details(Failures.translate(new RequestIdReusedException(new RequestId("r-1"), JOB)));
    assertThat(details.code()).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(details.reason()).contains(ErrorReason.REQUEST_ID_REUSED);
    assertThat(details.metadata())
        .containsEntry("request_id", "r-1")
        .containsEntry("job", JOB.toString());
  }

  @Test
  void failedStartTellsJobStepAndErrno() {
    Verdict.Failed failure = new Verdict.Failed("exec", 2, "No such file or directory");
    ErrorDetails details =
        details(Failures.translate(new LaunchException(JOB, JobSpec.of("make"), failure)));
    assertThat(details.message())
        .isEqualTo("job " + JOB + " could not start: executing 'make': No such file or directory");
    assertThat(details.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(details.reason()).contains(ErrorReason.START_FAILED);
    assertThat(details.metadata())
        .containsEntry("job", JOB.toString())
        .containsEntry("step", "exec")
        .containsEntry("errno", "2")
        .containsEntry("message", "No such file or directory");
  }

  @Test
  void fullDiskIsToldAsWhatItIs() {
    IOException cause = new IOException("/var/lib/jobd/jobs/1: No space left on device");
    ErrorDetails details = details(Failures.startRefused(new IOException("commit", cause)));
    assertThat(details.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(details.reason()).contains(ErrorReason.START_REFUSED);
    assertThat(details.message()).contains("No space left on device").doesNotContain("/var");
  }

  @Test
  void otherTroubleAtStartMayPass() {
    ErrorDetails details = details(Failures.startRefused(new IOException("/secret: broken")));
    assertThat(details.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(details.reason()).contains(ErrorReason.START_REFUSED);
    assertThat(details.message()).doesNotContain("secret").doesNotContain("\n");
  }

  @Test
  void whatNobodyForesawIsAnIncidentAndNothingMore() {
    ErrorDetails details = details(Failures.translate(new IllegalStateException("secret")));
    assertThat(details.code()).isEqualTo(Status.Code.INTERNAL);
    assertThat(details.reason()).contains(ErrorReason.INTERNAL);
    assertThat(details.metadata().get("incident")).matches("[0-9a-f]{16}");
    assertThat(details.message()).doesNotContain("secret");
  }

  @Test
  void statusGoesThroughUnchangedAlsoFromWithinAFuture() {
    StatusRuntimeException status = Errors.jobNotFound("x");
    assertThat(Failures.translate(status)).isSameAs(status);
    assertThat(Failures.translate(new CompletionException(status))).isSameAs(status);
  }

  private static ErrorDetails details(StatusRuntimeException failure) {
    return ErrorDetails.of(failure);
  }
}
