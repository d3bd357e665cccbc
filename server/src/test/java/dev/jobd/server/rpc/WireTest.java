package dev.jobd.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.KillCause;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Usage;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WireTest {
  @Test
  void specificationComesBackAsItWent() {
    assertThat(SpecWire.read(SpecWire.write(Samples.SPEC))).isEqualTo(Samples.SPEC);
  }

  @Test
  void whatIsLeftOutOfASpecificationStaysAbsent() {
    JobSpec least = JobSpec.of("true");
    assertThat(SpecWire.read(SpecWire.write(least))).isEqualTo(least);
    assertThat(SpecWire.read(dev.jobd.api.v1.JobSpec.newBuilder().addArgv("true").build()))
        .isEqualTo(least);
  }

  @ParameterizedTest
  @EnumSource
  void phaseComesBackAsItWent(Phase phase) {
    assertThat(JobWire.read("phases", JobWire.write(phase))).isEqualTo(phase);
  }

  @ParameterizedTest
  @EnumSource
  void streamComesBackAsItWent(OutputStreamKind stream) {
    assertThat(JobWire.read("streams", JobWire.write(stream))).isEqualTo(stream);
  }

  @Test
  void startingJobHasNeitherProcessNorEnd() {
    Job job = JobWire.write(Samples.record(new JobState.Starting()));
    assertThat(job.getPhase()).isEqualTo(JobPhase.JOB_PHASE_STARTING);
    assertThat(job.getId()).isEqualTo("0f7b1f0e-3a6c-4d53-9d1f-0c3c6f1f2a11");
    assertThat(job.getOwner()).isEqualTo("alice");
    assertThat(Timestamps.toString(job.getCreateTime()))
        .isEqualTo("2026-11-01T10:00:00.000000001Z");
    assertThat(job.hasPid() || job.hasStartTime() || job.hasEndTime() || job.hasVerdict())
        .isFalse();
  }

  @Test
  void runningAndStoppingJobsHaveAProcess() {
    Job running = JobWire.write(Samples.record(new JobState.Running(Samples.COMMAND)));
    Job stopping =
        JobWire.write(
            Samples.record(
                new JobState.Stopping(Samples.COMMAND, "bob", 15, Duration.ofSeconds(10))));
    assertThat(running.getPhase()).isEqualTo(JobPhase.JOB_PHASE_RUNNING);
    assertThat(stopping.getPhase()).isEqualTo(JobPhase.JOB_PHASE_STOPPING);
    for (Job job : new Job[] {running, stopping}) {
      assertThat(job.getPid()).isEqualTo(4711);
      assertThat(Timestamps.toString(job.getStartTime())).isEqualTo("2026-11-01T10:00:00.500Z");
      assertThat(job.hasEndTime() || job.hasVerdict()).isFalse();
    }
  }

  @Test
  void endedJobHasItsVerdictAndTheSizeOfItsOutput() {
    Job job =
        JobWire.write(
            Samples.record(
                new JobState.Ended(Samples.COMMAND, Samples.ENDED, new Verdict.Exited(7))));
    assertThat(job.getPhase()).isEqualTo(JobPhase.JOB_PHASE_ENDED);
    assertThat(Timestamps.toString(job.getEndTime())).isEqualTo("2026-11-01T10:00:02.999999999Z");
    assertThat(job.getVerdict().getExited().getCode()).isEqualTo(7);
    assertThat(job.getOutputBytes()).isEqualTo(12);
    assertThat(job.getDroppedBytes()).isEqualTo(3);
  }

  @Test
  void endedJobTellsWhatItUsedAsFarAsThatIsKnown() {
    Usage known =
        new Usage.Builder()
            .userTime(Duration.ofMillis(1500))
            .throttledTime(Duration.ZERO)
            .peakMemoryBytes(0L)
            .ioBytes(new Usage.Transfer(1, 2))
            .cpuPressure(new Usage.Pressure(Duration.ofSeconds(3), null))
            .build();
    JobState.Ended end =
        new JobState.Ended(Samples.COMMAND, Samples.ENDED, new Verdict.Exited(7), known);

    var usage = JobWire.write(Samples.record(end)).getUsage();

    assertThat(Durations.toMillis(usage.getUserTime())).isEqualTo(1500);
    assertThat(usage.hasSystemTime()).isFalse();
    assertThat(usage.hasThrottledTime()).as("none is not unknown").isTrue();
    assertThat(usage.hasPeakMemoryBytes()).isTrue();
    assertThat(usage.hasPids() || usage.hasPeakPids() || usage.hasMemoryBytes()).isFalse();
    assertThat(usage.getReadBytes()).isEqualTo(1);
    assertThat(usage.getWrittenBytes()).isEqualTo(2);
    assertThat(usage.hasReadOperations()).isFalse();
    assertThat(Durations.toSeconds(usage.getCpuPressure().getSome())).isEqualTo(3);
    assertThat(usage.getCpuPressure().hasFull() || usage.hasMemoryPressure()).isFalse();
  }

  @Test
  void jobOfWhichNothingIsKnownHasNoUsage() {
    assertThat(JobWire.write(Samples.ended()).hasUsage()).isFalse();
  }

  @Test
  void jobThatNeverRanHasNoProcess() {
    Job job =
        JobWire.write(
            Samples.record(
                new JobState.Ended(
                    null,
                    Samples.ENDED,
                    new Verdict.Failed("exec", 2, "No such file or directory"))));
    assertThat(job.hasPid() || job.hasStartTime()).isFalse();
    assertThat(job.getVerdict().getFailed().getStep()).isEqualTo("exec");
    assertThat(job.getVerdict().getFailed().getErrno()).isEqualTo(2);
    assertThat(job.getVerdict().getFailed().getMessage()).isEqualTo("No such file or directory");
  }

  @ParameterizedTest
  @EnumSource
  void everyCauseOfAKillHasItsName(Verdict.Cause cause) {
    var verdict = JobWire.write(new Verdict.Killed(9, cause, null));
    assertThat(verdict.getKilled().getSignal()).isEqualTo(9);
    assertThat(verdict.getKilled().getStoppedBy()).isEmpty();
    assertThat(verdict.getKilled().getCause())
        .isEqualTo(KillCause.valueOf("KILL_CAUSE_" + cause.name()));
  }

  @Test
  void aStopSaysWhoAskedForIt() {
    var verdict = JobWire.write(new Verdict.Killed(15, Verdict.Cause.STOP_REQUEST, "bob"));
    assertThat(verdict.getKilled().getStoppedBy()).isEqualTo("bob");
  }

  @Test
  void exitWithZeroAndExitWithNothingKnownDiffer() {
    assertThat(JobWire.write(new Verdict.Exited(0)).hasExited()).isTrue();
    assertThat(JobWire.write(new Verdict.Lost("no exit record")).getLost().getReason())
        .isEqualTo("no exit record");
  }

  @ParameterizedTest
  @CsvSource({"PT0S", "PT0.5S", "PT1H", "PT-0.5S", "PT-1.5S", "PT-2S", "P3650D"})
  void durationComesBackAsItWent(Duration duration) {
    var message = WireTime.duration(duration);
    assertThat(Durations.isValid(message)).isTrue();
    assertThat(WireTime.duration("grace", message)).isEqualTo(duration);
  }

  @ParameterizedTest
  @CsvSource({"1, -1", "-1, 1", "0, 1000000000", "0, -1000000000", "0, 2147483647"})
  void durationThatIsNoneIsRefused(long seconds, int nanos) {
    assertThatExceptionOfType(InvalidSpecException.class)
        .isThrownBy(
            () ->
                WireTime.duration(
                    "grace",
                    com.google.protobuf.Duration.newBuilder()
                        .setSeconds(seconds)
                        .setNanos(nanos)
                        .build()))
        .satisfies(e -> assertThat(e.field()).isEqualTo("grace"));
  }
}
