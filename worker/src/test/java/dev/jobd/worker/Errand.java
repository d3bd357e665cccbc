package dev.jobd.worker;

import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The jobs of {@link DoomedServer}. Each leaves a line in {@code RAN/ID} every time that it is
 * executed, and what it prints is known byte by byte.
 */
enum Errand {
  /** Prints much and ends by itself. */
  QUICK(false),
  /** As QUICK; its server deletes it. */
  DELETED(false),
  /** Counts until somebody stops it. */
  ENDLESS(true),
  /** As ENDLESS; its server stops it. */
  STOPPED(true);

  static final int EXIT_CODE = 7;
  static final String STDERR = "done\n";

  private static final int LINES = 20_000;
  private static final String RUN = "echo ran >>\"$1/$JOBD_JOB_ID\"; ";
  private static final String FINITE =
      RUN + "seq 1 " + LINES + "; echo done >&2; exit " + EXIT_CODE;
  private static final String COUNTING =
      RUN + "i=1; while :; do echo $i; i=$((i+1)); sleep 0.02; done";

  final boolean endless;

  Errand(boolean endless) {
    this.endless = endless;
  }

  JobSpec spec(Path ran) {
    return JobSpec.of("sh", "-c", endless ? COUNTING : FINITE, name(), ran.toString());
  }

  static Errand of(JobRecord record) {
    return valueOf(record.spec().argv().get(3));
  }

  /** What a job that ended by itself has printed. */
  static String stdout() {
    return count(LINES);
  }

  /** The numbers from 1, a line each. */
  static String count(long lines) {
    return IntStream.rangeClosed(1, (int) lines)
        .mapToObj(i -> i + "\n")
        .collect(Collectors.joining());
  }

  static List<Errand> all() {
    return List.of(values());
  }
}
