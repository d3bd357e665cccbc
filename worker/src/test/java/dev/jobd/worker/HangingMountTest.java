package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts whose paths are on a FUSE file system that nobody serves: whoever touches it waits for
 * ever. The worker is in a process of its own, in a mount namespace where that is mounted.
 */
class HangingMountTest {
  private static final int BOUND_SECONDS = 60;
  private static final String SETUP =
      "mount --make-rprivate / && exec 7<>/dev/fuse"
          + " && mount -i -t fuse -o fd=7,rootmode=40000,user_id=0,group_id=0 hangs \"$1\""
          + " && shift && exec \"$@\"";

  @TempDir private Path directory;

  @Test
  void noStartWaitsForAMountThatDoesNotAnswerAndOthersGoOn() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here, or not to be opened");
    Path hangs = Files.createDirectory(directory.resolve("hangs"));
    Path said = directory.resolve("said");
    List<String> line = new ArrayList<>();
    line.addAll(List.of("unshare", "-m", "sh", "-c", SETUP, "sh", hangs.toString()));
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Starts.class.getName()));
    line.addAll(List.of(TestWorker.SHIM.toString(), directory + "/state", hangs.toString()));
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(line)
            .redirectOutput(said.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).as("ended").isTrue();
    } finally {
      process.toHandle().destroyForcibly();
    }
    assertThat(process.exitValue()).as("%s", Files.readString(errors)).isZero();
    List<String> lines = Files.readAllLines(said);
    assertThat(lines).hasSize(Starts.CALLS + 1).endsWith("Exited[code=0]");
    assertThat(lines.subList(0, Starts.CALLS))
        .allSatisfy(
            refusal ->
                assertThat(refusal)
                    .matches(
                        "limits.io.0..device: its file system .(fuse|proc). does not tell its"
                            + " disk"));
  }

  /** The process. */
  static final class Starts {
    private static final List<String> WAYS =
        List.of("%1$s", "%1$s/file", "%2$s/link", "/proc/%3$d/root%1$s");
    static final int CALLS = 4 * WAYS.size();

    private Starts() {}

    /**
     * Says on a line each how the starts were refused, then how one without such a path ends.
     *
     * @param args the shim, the state directory, and where nobody answers
     */
    public static void main(String[] args) throws Exception {
      Path state = Path.of(args[1]);
      try (Worker worker = Worker.open(WorkerConfig.of(state, Path.of(args[0])))) {
        Files.createSymbolicLink(state.resolve("link"), Path.of(args[2]));
        List<Future<String>> refusals = new ArrayList<>();
        ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
        for (int i = 0; i < CALLS; i++) {
          String path =
              WAYS.get(i % WAYS.size()).formatted(args[2], state, ProcessHandle.current().pid());
          boolean named = i < CALLS / 2;
          refusals.add(calls.submit(() -> refusal(worker, named ? path : null, path)));
        }
        for (Future<String> refusal : refusals) {
          System.out.println(refusal.get(BOUND_SECONDS, TimeUnit.SECONDS));
        }
        Job job = worker.start(TestWorker.ALICE, JobSpec.of("true"));
        System.out.println(job.await().verdict());
      }
    }

    private static String refusal(Worker worker, @Nullable String device, String path)
        throws IOException, LaunchException {
      Limits limits = Limits.NONE.withIo(List.of(new IoLimit(device, 1L << 20, null, null, null)));
      JobSpec.Builder spec = JobSpec.builder(List.of("true")).limits(limits);
      try {
        worker.start(
            TestWorker.ALICE, (device == null ? spec.workingDirectory(path) : spec).build());
        return "started";
      } catch (InvalidSpecException e) {
        return e.field() + e.problem().substring(e.problem().lastIndexOf(": "));
      }
    }
  }
}
