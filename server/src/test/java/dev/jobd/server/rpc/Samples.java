package dev.jobd.server.rpc;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Values with something in every field. */
final class Samples {
  static final Instant CREATED = Instant.parse("2026-11-01T10:00:00.000000001Z");
  static final Instant STARTED = Instant.parse("2026-11-01T10:00:00.5Z");
  static final Instant ENDED = Instant.parse("2026-11-01T10:00:02.999999999Z");
  static final JobState.Command COMMAND = new JobState.Command(4711, STARTED);

  static final JobSpec SPEC =
      JobSpec.builder(List.of("sh", "-c", "echo ü \n $X"))
          .env(Map.of("X", "a=b"))
          .workingDirectory("/tmp")
          .name("build-1")
          .labels(Map.of("team", "data", "tier", ""))
          .limits(
              new Limits(
                  500L,
                  200L,
                  new CpuSet("0-1,3"),
                  5,
                  1L << 28,
                  0L,
                  64L,
                  List.of(
                      new IoLimit(null, 1L << 20, null, 100L, null),
                      new IoLimit("/dev/sda", null, 1L << 21, null, 200L)),
                  50L,
                  Duration.ofMillis(90_500),
                  1L << 20))
          .mergeOutput(true)
          .openStdin(true)
          .waitForTree(true)
          .build();

  private Samples() {}

  static JobRecord ended() {
    return record(new JobState.Ended(COMMAND, ENDED, new Verdict.Exited(0)));
  }

  static JobRecord record(JobState state) {
    return new JobRecord(
        JobId.parse("0f7b1f0e-3a6c-4d53-9d1f-0c3c6f1f2a11").orElseThrow(),
        new Owner("alice"),
        SPEC,
        CREATED,
        state,
        new OutputSize(12, 3));
  }
}
