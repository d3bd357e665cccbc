package dev.jobd.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.Owner;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobAccessTest {
  private static final String A = "aaaa0000-0000-4000-8000-000000000001";
  private static final String B = "aaaa1111-0000-4000-8000-000000000002";
  private static final String C = "cafe0000-0000-4000-8000-000000000003";

  private static final Caller ALICE = new Caller("alice", "user");
  private static final Caller ADMIN = new Caller("root", "admin");
  private static final Caller SUBMITTER = new Caller("alice", "submitter");

  private final FakeJobs jobs = new FakeJobs();
  private final JobAccess access = new JobAccess(jobs, Roles.BUILT_IN);

  @Test
  void fullIdFindsTheJob() throws IOException {
    JobId id = jobs.running(A, "alice", null);

    assertThat(locate(ALICE, A)).isEqualTo(id);
  }

  @Test
  void prefixThatOneVisibleJobHasFindsIt() throws IOException {
    JobId id = jobs.running(A, "alice", null);
    jobs.running(B, "bob", null);

    assertThat(locate(ALICE, "aaaa")).isEqualTo(id);
  }

  @Test
  void prefixOfSeveralVisibleJobsIsAmbiguous() {
    jobs.running(A, "alice", null);
    jobs.running(B, "bob", null);

    ErrorDetails failure = failure(ADMIN, "aaaa", Action.READ);
    assertThat(failure.reason()).contains(ErrorReason.AMBIGUOUS_JOB);
    assertThat(failure.metadata()).containsEntry("job", "aaaa");
  }

  @Test
  void prefixOfThreeCharactersIsNone() {
    jobs.running(A, "alice", null);

    assertThat(failure(ALICE, "aaa", Action.READ).reason()).contains(ErrorReason.JOB_NOT_FOUND);
  }

  @Test
  void nameFindsTheNewestJobOfThatName() throws IOException {
    jobs.ended(A, "alice", "build");
    JobId newest = jobs.ended(B, "alice", "build");

    assertThat(locate(ALICE, "build")).isEqualTo(newest);
  }

  @Test
  void nameFindsTheLiveJobBeforeANewerEndedOne() throws IOException {
    JobId live = jobs.running(A, "alice", "build");
    jobs.ended(B, "alice", "build");

    assertThat(locate(ALICE, "build")).isEqualTo(live);
  }

  @Test
  void nameOfAForeignJobFindsNothing() {
    jobs.running(A, "bob", "build");

    assertThat(failure(ALICE, "build", Action.READ).reason()).contains(ErrorReason.JOB_NOT_FOUND);
  }

  @Test
  void nameThatSeveralOthersHaveIsAmbiguous() {
    jobs.running(A, "alice", "db");
    jobs.running(B, "bob", "db");

    assertThat(failure(ADMIN, "db", Action.STOP).reason()).contains(ErrorReason.AMBIGUOUS_JOB);
  }

  @Test
  void nameThatSeveralOthersHadIsAmbiguous() {
    jobs.ended(A, "alice", "db");
    jobs.ended(B, "bob", "db");

    assertThat(failure(ADMIN, "db", Action.DELETE).reason()).contains(ErrorReason.AMBIGUOUS_JOB);
  }

  @Test
  void nameOfOnesOwnJobIsNotTakenForThatOfAnother() throws IOException {
    JobId own = jobs.running(A, ADMIN.user(), "db");
    jobs.running(B, "bob", "db");

    assertThat(locate(ADMIN, "db")).isEqualTo(own);
  }

  @Test
  void nameOfOnesOwnEndedJobIsThatOfAnothersLiveOne() throws IOException {
    jobs.ended(A, ADMIN.user(), "db");
    JobId live = jobs.running(B, "bob", "db");

    assertThat(locate(ADMIN, "db")).isEqualTo(live);
  }

  @Test
  void nameThatIsThePrefixOfAnotherJobsIdIsAmbiguous() {
    jobs.running(C, "alice", null);
    jobs.running(A, "bob", "cafe");

    assertThat(failure(ADMIN, "cafe", Action.STOP).reason()).contains(ErrorReason.AMBIGUOUS_JOB);
  }

  @Test
  void nameThatIsThePrefixOfTheJobsOwnIdFindsIt() throws IOException {
    JobId id = jobs.running(C, "alice", "cafe");

    assertThat(locate(ALICE, "cafe")).isEqualTo(id);
  }

  @Test
  void jobWithAnotherJobsIdForItsNameIsNotTakenForIt() throws IOException {
    JobId id = jobs.running(A, "alice", null);
    jobs.running(B, "bob", A);

    assertThat(locate(ADMIN, A)).isEqualTo(id);
  }

  @Test
  void foreignJobAnswersExactlyAsAnAbsentOne() {
    ErrorDetails absent = failure(ALICE, A, Action.STOP);
    jobs.running(A, "bob", null);

    assertThat(failure(ALICE, A, Action.STOP)).isEqualTo(absent);
  }

  @Test
  void foreignJobsAreNotEvenAskedForWhereTheyMayNotBeSeen() {
    jobs.running(A, "bob", null);
    failure(ALICE, "aaaa", Action.READ);

    assertThat(jobs.asked)
        .isNotEmpty()
        .allSatisfy(query -> assertThat(query.owner()).isEqualTo(new Owner("alice")));
  }

  @Test
  void submitterMayNotStopAJobOfTheirOwn() {
    jobs.running(A, "alice", null);

    ErrorDetails failure = failure(SUBMITTER, A, Action.STOP);
    assertThat(failure.reason()).contains(ErrorReason.PERMISSION_DENIED);
    assertThat(failure.message()).isEqualTo("role submitter may not stop jobs");
  }

  @Test
  void jobThatMayBeReadButNotStoppedIsDenied() {
    Roles roles =
        new Roles(Map.of("watcher", EnumSet.of(Permission.READ_ANY, Permission.STOP_OWN)));
    JobAccess watching = new JobAccess(jobs, roles);
    jobs.running(A, "bob", null);

    assertThatThrownBy(() -> watching.locate(new Caller("eve", "watcher"), A, Action.STOP))
        .hasMessage("PERMISSION_DENIED: role watcher may not stop jobs of others");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc", "build\u0000", "%", "'; drop table jobs; --", "AAAA0000"})
  void strangeReferenceFindsNothing(String reference) {
    jobs.running(A, "alice", null);

    assertThat(failure(ALICE, reference, Action.READ).reason()).contains(ErrorReason.JOB_NOT_FOUND);
  }

  @Test
  void emptyOrOverlongReferenceIsAnInvalidField() {
    for (String reference : new String[] {"", "x".repeat(65)}) {
      ErrorDetails failure = failure(ALICE, reference, Action.READ);
      assertThat(failure.reason()).contains(ErrorReason.INVALID_FIELD);
      assertThat(failure.violations().getFirst().field()).isEqualTo("job");
    }
  }

  @Test
  void listIsNarrowedToTheCallersOwnJobs() {
    assertThat(access.visible(ALICE, JobQuery.ALL).owner()).isEqualTo(new Owner("alice"));
    assertThat(access.visible(ADMIN, JobQuery.ALL).owner()).isNull();
  }

  @Test
  void listOfAnotherOwnersJobsIsDeniedToWhoMayNotReadThem() {
    JobQuery bobs = JobQuery.ALL.withOwner(new Owner("bob"));

    assertThat(access.visible(ADMIN, bobs)).isEqualTo(bobs);
    assertThatThrownBy(() -> access.visible(ALICE, bobs))
        .hasMessage("PERMISSION_DENIED: role user may not read the jobs of others");
  }

  private JobId locate(Caller caller, String reference) throws IOException {
    return access.locate(caller, reference, Action.READ).id();
  }

  private ErrorDetails failure(Caller caller, String reference, Action action) {
    return ErrorDetails.of(
        catchThrowableOfType(
            StatusRuntimeException.class, () -> access.locate(caller, reference, action)));
  }
}
