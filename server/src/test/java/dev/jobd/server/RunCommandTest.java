package dev.jobd.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code jobd run}: a real job as if it were this process. */
class RunCommandTest {
  @RegisterExtension static final ShimInstallation installation = new ShimInstallation();

  private final CompletableFuture<Void> stopAsked = new CompletableFuture<>();
  private boolean stopOnceSomethingIsPrinted;
  private final ByteArrayOutputStream out =
      new ByteArrayOutputStream() {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
          super.write(bytes, offset, length);
          if (stopOnceSomethingIsPrinted) {
            stopAsked.complete(null);
          }
        }
      };
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void requireRoot() throws IOException {
    assumeTrue(Host.isRoot(), "needs root");
  }

  @Test
  void runIsAsIfTheJobWereTheProcess() throws IOException {
    assertThat(jobd("run", "--", "sh", "-c", "echo out; echo err >&2; exit 7")).isEqualTo(7);
    assertThat(out()).isEqualTo("out\n");
    assertThat(err()).isEqualTo("err\n");
  }

  @Test
  void whatFollowsTheCommandWordBelongsToTheJob() throws IOException {
    assertThat(
            jobd("run", "-e", "A=b=c", "-w", "/usr", "sh", "-c", "echo $A $PWD $1", "sh", "--cpus"))
        .isZero();
    assertThat(out()).isEqualTo("b=c /usr --cpus\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kill -9 $$ | 137",
        "kill -15 $$ | 143",
        "exit 255 | 255",
        "exec no-such-command | 127",
      })
  void runExitsAsAShellWould(String script, int code) throws IOException {
    assertThat(jobd("run", "--cmd", "sh -c '" + script + "'")).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({"no-such-command, 127", "/etc/passwd, 126", "/etc, 126"})
  void commandThatCannotBeExecutedHasItsOwnExitCode(String command, int code) throws IOException {
    assertThat(jobd("run", command)).isEqualTo(code);
    assertThat(err()).startsWith("jobd run: executing '" + command + "': ").hasLineCount(1);
  }

  @Test
  void jobPastItsTimeoutIsKilledAndThatIsSaid() throws IOException {
    assertThat(jobd("run", "--timeout", "100ms", "--", "sleep", "1000")).isEqualTo(137);
    assertThat(err()).isEqualTo("jobd run: timed out (signal: 9)\n");
  }

  @Test
  void whatIsSaidBeginsALineOfItsOwn() throws IOException {
    assertThat(jobd("run", "--", "sh", "-c", "printf err >&2; kill -9 $$")).isEqualTo(137);
    assertThat(err()).isEqualTo("err\njobd run: killed (signal: 9)\n");
  }

  @Test
  void jobThatRunsOutOfMemoryIsKilledAndThatIsSaid() throws IOException {
    assertThat(jobd("run", "--memory", "16M", "--", "tail", "/dev/zero")).isEqualTo(137);
    assertThat(err()).isEqualTo("jobd run: out of memory (signal: 9)\n");
  }

  @Test
  void jobThatASignalKillsIsTold() throws IOException {
    assertThat(jobd("run", "--", "sh", "-c", "kill -SEGV $$")).isEqualTo(139);
    assertThat(err()).isEqualTo("jobd run: killed (signal: 11)\n");
  }

  @Test
  void stopEndsTheJobWithoutAWord() throws IOException {
    stopAsked.complete(null);
    assertThat(jobd("run", "sleep", "1000")).isEqualTo(143);
    assertThat(err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo cleaned; exit 3 | 3 | cleaned | ''",
        "'' | 137 | '' | jobd run: stopped (signal: 9)",
      })
  void aJobThatIsStoppedHasTimeToCleanUp(String trap, int code, String last, String words)
      throws IOException {
    stopOnceSomethingIsPrinted = true;
    String script = "trap '%s' TERM; echo up; while :; do sleep 0.01; done".formatted(trap);
    assertThat(jobd("run", "--", "sh", "-c", script)).isEqualTo(code);
    assertThat(out().strip()).isEqualTo(("up\n" + last).strip());
    assertThat(err().strip()).isEqualTo(words);
  }

  @Test
  void aJobWhoseOutputNobodyReadsIsAskedToEnd(@TempDir Path directory) throws IOException {
    Path told = directory.resolve("told");
    String script = "trap 'echo TERM > " + told + "; exit 3' TERM; while :; do echo y; done";
    OutputStream gone =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertThat(jobd(InputStream.nullInputStream(), gone, "run", "--", "sh", "-c", script))
        .isEqualTo(141);
    assertThat(told).hasContent("TERM");
    assertThat(err()).isEmpty();
  }

  @Test
  void aJobWhoseInputBreaksOffHasNoTimeToTakeItForWhole() throws IOException {
    InputStream torn =
        new SequenceInputStream(
            new ByteArrayInputStream("half".getBytes(UTF_8)),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("Input/output error");
              }

              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
              }
            });
    String script = "trap 'echo taken; exit 0' TERM; cat";
    assertThat(jobd(torn, out, "run", "-i", "--", "sh", "-c", script)).isEqualTo(137);
    assertThat(out()).doesNotContain("taken");
    assertThat(err())
        .isEqualTo(
            """
            jobd run: cannot send the job's input: Input/output error
            jobd run: stopped (signal: 9)
            """);
  }

  @Test
  void runLeavesNoStateBehind() throws IOException {
    Path parent = Path.of("/run/jobd");
    List<Path> before = entries(parent);
    jobd("run", "true");
    assertThat(entries(parent)).isEqualTo(before);
  }

  private static List<Path> entries(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (var entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  private int jobd(String... arguments) {
    return jobd(InputStream.nullInputStream(), out, arguments);
  }

  private int jobd(InputStream stdin, OutputStream stdout, String... arguments) {
    PrintStream outStream = new PrintStream(stdout, true, UTF_8);
    PrintStream errStream = new PrintStream(err, true, UTF_8);
    return Main.commandLine(stopAsked, stdin, outStream, errStream).execute(arguments);
  }

  private String out() {
    return out.toString(UTF_8);
  }

  private String err() {
    return err.toString(UTF_8);
  }
}
