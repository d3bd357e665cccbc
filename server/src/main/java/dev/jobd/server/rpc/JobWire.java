package dev.jobd.server.rpc;

import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.KillCause;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobQuery.Phase;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A job as it stands, and the enums that tell of it, between the API's messages and the worker's
 * records.
 */
final class JobWire {
  private JobWire() {}

  static Job write(JobRecord record) {
    Job.Builder job =
        Job.newBuilder()
            .setId(record.id().toString())
            .setOwner(record.owner().name())
            .setSpec(SpecWire.write(record.spec()))
            .setPhase(write(Phase.of(record.state())))
            .setCreateTime(WireTime.timestamp(record.createdAt()))
            .setOutputBytes(record.output().kept())
            .setDroppedBytes(record.output().dropped());
    if (record.outputExpiredAt() != null) {
      job.setOutputExpireTime(WireTime.timestamp(record.outputExpiredAt()));
    }
    if (record.outputExpiredBy() != null) {
      job.setOutputExpireRule(record.outputExpiredBy().toString());
    }
    switch (record.state()) {
      case JobState.Starting _ -> {}
      case JobState.Running running -> writeCommand(job, running.command());
      case JobState.Stopping stopping -> writeCommand(job, stopping.command());
      case JobState.Ended ended -> {
        writeCommand(job, ended.command());
        job.setEndTime(WireTime.timestamp(ended.at())).setVerdict(write(ended.verdict()));
        UsageWire.writeIfKnown(ended.usage(), job);
      }
    }
    return job.build();
  }

  private static void writeCommand(Job.Builder job, JobState.@Nullable Command command) {
    if (command != null) {
      job.setPid(command.pid()).setStartTime(WireTime.timestamp(command.startedAt()));
    }
  }

  static dev.jobd.api.v1.Verdict write(Verdict verdict) {
    var message = dev.jobd.api.v1.Verdict.newBuilder();
    switch (verdict) {
      case Verdict.Exited(int code) -> message.getExitedBuilder().setCode(code);
      case Verdict.Killed(int signal, Verdict.Cause cause, @Nullable String by) ->
          message
              .getKilledBuilder()
              .setSignal(signal)
              .setCause(write(cause))
              .setStoppedBy(by == null ? "" : by);
      case Verdict.Failed(String step, int errno, String text) ->
          message.getFailedBuilder().setStep(step).setErrno(errno).setMessage(text);
      case Verdict.Lost(String reason) -> message.getLostBuilder().setReason(reason);
    }
    return message.build();
  }

  private static KillCause write(Verdict.Cause cause) {
    return switch (cause) {
      case STOP_REQUEST -> KillCause.KILL_CAUSE_STOP_REQUEST;
      case OUT_OF_MEMORY -> KillCause.KILL_CAUSE_OUT_OF_MEMORY;
      case TIMEOUT -> KillCause.KILL_CAUSE_TIMEOUT;
      case OTHER -> KillCause.KILL_CAUSE_OTHER;
    };
  }

  static JobPhase write(Phase phase) {
    return switch (phase) {
      case STARTING -> JobPhase.JOB_PHASE_STARTING;
      case RUNNING -> JobPhase.JOB_PHASE_RUNNING;
      case STOPPING -> JobPhase.JOB_PHASE_STOPPING;
      case ENDED -> JobPhase.JOB_PHASE_ENDED;
    };
  }

  /**
   * @throws InvalidSpecException naming {@code field} where the phase is unspecified or not known
   *     here
   */
  static Phase read(String field, JobPhase phase) {
    return switch (phase) {
      case JOB_PHASE_STARTING -> Phase.STARTING;
      case JOB_PHASE_RUNNING -> Phase.RUNNING;
      case JOB_PHASE_STOPPING -> Phase.STOPPING;
      case JOB_PHASE_ENDED -> Phase.ENDED;
      case JOB_PHASE_UNSPECIFIED, UNRECOGNIZED ->
          throw new InvalidSpecException(field, "must be a phase of a job");
    };
  }

  static OutputStream write(OutputStreamKind stream) {
    return switch (stream) {
      case STDOUT -> OutputStream.OUTPUT_STREAM_STDOUT;
      case STDERR -> OutputStream.OUTPUT_STREAM_STDERR;
    };
  }

  /**
   * @throws InvalidSpecException naming {@code field} where the stream is unspecified or not known
   *     here
   */
  static OutputStreamKind read(String field, OutputStream stream) {
    return switch (stream) {
      case OUTPUT_STREAM_STDOUT -> OutputStreamKind.STDOUT;
      case OUTPUT_STREAM_STDERR -> OutputStreamKind.STDERR;
      case OUTPUT_STREAM_UNSPECIFIED, UNRECOGNIZED ->
          throw new InvalidSpecException(field, "must be stdout or stderr");
    };
  }
}
