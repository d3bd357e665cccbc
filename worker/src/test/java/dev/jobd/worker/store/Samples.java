package dev.jobd.worker.store;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.JobState.Command;
import dev.jobd.worker.model.JobState.Ended;
import dev.jobd.worker.model.JobState.Running;
import dev.jobd.worker.model.JobState.Starting;
import dev.jobd.worker.model.JobState.Stopping;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.OutputSize;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.Usage;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Records to test with. */
final class Samples {
  static final Owner ALICE = new Owner("alice");
  static final Owner BOB = new Owner("bob");
  static final Instant TIME = Instant.parse("2026-11-21T08:00:00.123456789Z");
  static final Command COMMAND = new Command(4242, TIME.plusNanos(1));

  /** Every part with a value of its own. */
  static final Usage USAGE =
      new Usage(
          Duration.ofNanos(1),
          Duration.ofSeconds(2),
          Duration.ofMillis(3),
          4L,
          5L,
          6L,
          7L,
          new Usage.Transfer(8, 9),
          new Usage.Transfer(10, 11),
          new Usage.Pressure(Duration.ofNanos(12), null),
          new Usage.Pressure(Duration.ofNanos(13), Duration.ofNanos(14)),
          new Usage.Pressure(Duration.ofNanos(15), Duration.ofNanos(16)));

  private Samples() {}

  static JobRecord starting(Owner owner, JobSpec spec) {
    return new JobRecord(JobId.random(), owner, spec, TIME, new Starting(), OutputSize.NONE);
  }

  static JobRecord starting() {
    return starting(ALICE, JobSpec.of("/bin/true"));
  }

  static Ended exited(int code) {
    return new Ended(COMMAND, TIME.plusSeconds(1), new Verdict.Exited(code));
  }

  /** Every kind of verdict with every kind of content. */
  static List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    for (int code : new int[] {0, 1, 137, 255}) {
      verdicts.add(new Verdict.Exited(code));
    }
    for (Verdict.Cause cause : Verdict.Cause.values()) {
      verdicts.add(new Verdict.Killed(9, cause, null));
    }
    verdicts.add(new Verdict.Killed(15, Verdict.Cause.STOP_REQUEST, "bob"));
    verdicts.add(new Verdict.Failed("exec", 2, "No such file or directory"));
    verdicts.add(new Verdict.Lost("the host was restarted – \uD83D\uDE00"));
    return verdicts;
  }

  /** Every kind of state with every verdict, with and without a command. */
  static List<JobState> states() {
    List<JobState> states = new ArrayList<>();
    states.add(new Starting());
    states.add(new Running(COMMAND));
    states.add(new Stopping(COMMAND, "bob", 15, Duration.ofSeconds(10)));
    for (Verdict verdict : verdicts()) {
      states.add(new Ended(null, TIME, verdict));
      states.add(new Ended(COMMAND, TIME.plusSeconds(5), verdict));
    }
    states.add(exited(0).withUsage(USAGE));
    states.add(exited(0).withUsage(new Usage.Builder().peakPids(0L).build()));
    return states;
  }

  /** None, every single one, all but one, and all. */
  static List<Limits> limits() {
    List<Consumer<Limits.Builder>> parts =
        List.of(
            limits -> limits.cpuMillis(500L),
            limits -> limits.cpuWeight(10_000L),
            limits -> limits.cpuset(new CpuSet("0-1,3")),
            limits -> limits.nice(19),
            limits -> limits.memoryBytes(256L << 20),
            limits -> limits.swapBytes(0L),
            limits -> limits.pids(64L),
            limits -> limits.io(List.of(new IoLimit(null, 10L << 20, null, null, null))),
            limits -> limits.ioWeight(1L),
            limits -> limits.timeout(Duration.ofNanos(1_500_000_001L)),
            limits -> limits.outputBytes(1L << 40));
    List<Limits> all = new ArrayList<>();
    all.add(limits(parts));
    all.add(limits(List.of()));
    for (int i = 0; i < parts.size(); i++) {
      List<Consumer<Limits.Builder>> others = new ArrayList<>(parts);
      all.add(limits(List.of(others.remove(i))));
      all.add(limits(others));
    }
    return all;
  }

  private static Limits limits(List<Consumer<Limits.Builder>> parts) {
    Limits.Builder limits = Limits.builder();
    parts.forEach(part -> part.accept(limits));
    return limits.build();
  }

  /** Specifications with every part at its least, its usual and its most. */
  static List<JobSpec> specs() {
    List<JobSpec> specs = new ArrayList<>();
    for (Limits limits : limits()) {
      specs.add(JobSpec.builder(List.of("true")).limits(limits).build());
    }
    specs.add(full());
    String longest = "x".repeat(JobSpec.MAX_ARGUMENT_BYTES);
    specs.add(JobSpec.of("echo", longest, longest, longest, longest, longest, longest, longest));
    return specs;
  }

  /** With something in every part. */
  static JobSpec full() {
    Map<String, String> ordered = new LinkedHashMap<>();
    ordered.put("Z", "");
    ordered.put("A", "a=b\nc\td – ü \uD83D\uDE00");
    return JobSpec.builder(List.of("sh", "-c", "", "echo \u0001\n'\""))
        .env(ordered)
        .workingDirectory("/srv/with space")
        .name("build-1")
        .labels(Map.of("team", "build", "empty", ""))
        .limits(
            new Limits(
                10L,
                1L,
                new CpuSet("8191"),
                0,
                1L << 20,
                0L,
                1L,
                List.of(
                    new IoLimit(null, 4096L, 4096L, 2L, 2L),
                    new IoLimit("/dev/disk/by-id/ü", null, 1L << 50, null, 1_000_000_000L)),
                1L,
                Duration.ofMillis(1),
                1L))
        .mergeOutput(true)
        .openStdin(true)
        .waitForTree(true)
        .build();
  }
}
