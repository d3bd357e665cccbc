package dev.jobd.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} in the middle of many writes: what was acknowledged before is there after. */
final class KilledWriterTest {
  private static final int ROUNDS = 12;

  /** Acknowledgements to wait for before each kill: spread, so that it strikes at any moment. */
  private static final int LEAST = 1;

  private static final int STEP = 137;

  @TempDir Path directory;

  @Test
  void everyAcknowledgedRecordIsThereAfterAKill() throws Exception {
    Path file = directory.resolve("jobs.db");
    List<JobId> acknowledged = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      acknowledged.addAll(insertUntilKilled(file, LEAST + round * STEP));

      try (SqliteJobStore store = SqliteJobStore.open(file)) {
        for (JobId id : acknowledged) {
          assertThat(store.find(id)).as("%s in round %d", id, round).isPresent();
        }
      }
    }
  }

  private static List<JobId> insertUntilKilled(Path file, int enough) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.sqlite.tmpdir=" + file.getParent(), // a killed JVM leaves its library
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      List<JobId> acknowledged = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        // The last line may have been cut by the kill; then it was not said whole.
        JobId.parse(line).ifPresent(acknowledged::add);
        if (acknowledged.size() == enough) {
          child.toHandle().destroyForcibly(); // SIGKILL; the Process's own would close its output
        }
      }
      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(enough);
      return acknowledged;
    } finally {
      child.destroyForcibly();
      assertThat(child.waitFor(Stores.BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Inserts for ever, and says the id of each record once it is durable. */
  static final class Child {
    private static final int THREADS = 4;

    private Child() {}

    public static void main(String[] args) throws IOException {
      SqliteJobStore store = SqliteJobStore.open(Path.of(args[0]));
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
      for (int i = 0; i < THREADS; i++) {
        Thread.ofPlatform().start(() -> insertForEver(store, out));
      }
    }

    private static void insertForEver(SqliteJobStore store, PrintStream out) {
      while (true) {
        JobRecord record = Samples.starting();
        store.insert(record).join();
        out.println(record.id());
      }
    }
  }
}
