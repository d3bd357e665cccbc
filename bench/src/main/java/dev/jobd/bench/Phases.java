package dev.jobd.bench;

import dev.jobd.worker.model.JobState;
import java.time.Duration;
import java.time.Instant;

/** Where the time of one job goes. Shim and library read the same clock, so their times compare. */
final class Phases {
  private final Samples prepared = new Samples();
  private final Samples answered = new Samples();
  private final Samples spoke = new Samples();
  private final Samples delivered = new Samples();
  private final Samples ended = new Samples();
  private final Samples known = new Samples();

  private Phases() {}

  static Table measure(WorkerLibrary worker, int rounds) throws Exception {
    Phases phases = new Phases();
    for (int round = 0; round < rounds; round++) {
      phases.add(worker.trace());
    }
    return phases.table();
  }

  private void add(WorkerLibrary.Trace trace) {
    if (!(trace.record().state() instanceof JobState.Ended(var command, var end, var verdict, _))
        || command == null) {
      throw new AssertionError("did not run: " + trace.record());
    }
    Instant executed = command.startedAt();
    prepared.add(nanos(trace.called(), executed));
    answered.add(nanos(executed, trace.returned()));
    spoke.add(nanos(executed, trace.chunk().time()));
    delivered.add(nanos(trace.chunk().time(), trace.delivered()));
    ended.add(nanos(executed, end));
    known.add(nanos(end, trace.over()));
  }

  private static long nanos(Instant from, Instant to) {
    return Duration.between(from, to).toNanos();
  }

  private Table table() {
    Table table = new Table("phase", "median ms", "p99");
    row(table, "call of start -> command executed (record, cgroup, shim, namespaces)", prepared);
    row(table, "command executed -> start has returned", answered);
    row(table, "command executed -> the shim read its first byte", spoke);
    row(table, "the shim read it -> a follower has it", delivered);
    row(table, "command executed -> command ended", ended);
    row(table, "command ended -> the end is known (drain, exit file, cgroup, record)", known);
    return table;
  }

  private static void row(Table table, String phase, Samples samples) {
    table.row(
        phase,
        "%.2f".formatted(samples.medianMillis()),
        "%.2f".formatted(samples.percentileMillis(99)));
  }
}
