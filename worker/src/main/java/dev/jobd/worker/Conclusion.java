package dev.jobd.worker;

import dev.jobd.worker.launch.ExitRecord;
import dev.jobd.worker.launch.ShimExit;
import dev.jobd.worker.launch.UnreadableRecordException;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;

/**
 * What the evidence says of a job whose shim is gone.
 *
 * @param durable whether a worker after a crash would come to the same
 * @param populated whether there may be processes left
 */
record Conclusion(JobState.Ended end, OutputSize output, boolean durable, boolean populated) {
  /** Protocol error: errno(3). */
  private static final int EPROTO = 71;

  /**
   * Looks at what the shim left behind.
   *
   * @throws IOException where that cannot be read now, which says nothing of the job
   */
  static Conclusion of(Job job, ShimExit shimExit, Logger logger) throws IOException {
    try {
      Optional<ExitRecord> exit = ExitRecord.read(job.directory());
      return exit.isPresent()
          ? of(job, exit.get(), shimExit == ShimExit.TOLD, logger)
          : lost(job, without(shimExit, job.state()));
    } catch (UnreadableRecordException e) {
      logger.log(Level.ERROR, "read " + job.directory(), e);
      return lost(job, new Verdict.Lost(String.valueOf(e.getMessage())));
    }
  }

  /** The worker itself could not launch the job. */
  static Conclusion neverLaunched(Verdict.Failed why) {
    JobState.Ended end = new JobState.Ended(null, Instant.now(), why);
    return new Conclusion(end, OutputSize.NONE, false, false);
  }

  private static Conclusion of(Job job, ExitRecord exit, boolean durable, Logger logger) {
    if (exit.journalFailed()) {
      logger.log(
          Level.ERROR, "the journal of job {0} may lack its end: the disk refused it", job.id());
    }
    JobState.Command command =
        exit.started() == null ? null : new JobState.Command(exit.pid(), exit.started());
    StopRequest stop = job.stopRequest();
    Verdict verdict = Verdicts.of(exit, stop == null ? null : stop.by());
    return new Conclusion(
        new JobState.Ended(command, exit.ended(), verdict),
        new OutputSize(exit.output(), exit.dropped()),
        durable,
        exit.survivors());
  }

  /** A shim takes the room of its record first, and tells of the command before it ends. */
  private static Verdict without(ShimExit shimExit, JobState state) {
    return switch (shimExit) {
      case BAD_REQUEST ->
          new Verdict.Failed("request", EPROTO, "the shim refused its launch request");
      case NO_RECORD ->
          state instanceof JobState.Starting
              ? new Verdict.Failed(
                  "journal", 0, "no exit record could be made: no room on the disk")
              : new Verdict.Lost("the disk took no record of its end");
      case TOLD, SILENT ->
          new Verdict.Lost(
              "the process that watched it was killed, or the host went down, before its end was"
                  + " recorded");
    };
  }

  private static Conclusion lost(Job job, Verdict verdict) throws IOException {
    JobState.Command command =
        switch (job.state()) {
          case JobState.Running(JobState.Command ran) -> ran;
          case JobState.Stopping stopping -> stopping.command();
          case JobState.Starting starting -> null;
          case JobState.Ended already -> already.command();
        };
    JobState.Ended end = new JobState.Ended(command, Instant.now(), verdict);
    return new Conclusion(end, unfinishedOutput(job), false, true);
  }

  /** What takes the disk's room; the last of it may be covered by no record, and so not be read. */
  private static OutputSize unfinishedOutput(Job job) throws IOException {
    try {
      return new OutputSize(Files.size(job.directory().resolve("output")), 0);
    } catch (NoSuchFileException e) {
      return OutputSize.NONE;
    }
  }
}
