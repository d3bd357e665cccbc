package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs whose command ends before what it has started. */
class WaitForTreeTest {
  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  @Test
  void aJobEndsWithItsCommandUnlessItIsAskedToWait() throws Exception {
    Job job = test.sh("(sleep 1000; echo late) & echo early; exit 7");
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(7));
    assertThat(text(job)).isEqualTo("early\n");
  }

  @Test
  void aJobThatWaitsEndsWithItsLastProcessAndAllOfItsOutput() throws Exception {
    Path gate = test.directory().resolve("gate");
    assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    Job before =
        test.start(
            shell("(setsid sh -c 'read x <" + gate + "; echo late' &); echo early; exit 7")
                .waitForTree(true));
    assertThat(firstOutput(before)).isEqualTo("early\n");
    test.restart();
    Job after = test.worker().find(before.id()).orElseThrow();
    assertThat(after.spec().waitForTree()).isTrue();
    Files.writeString(gate, "\n");
    assertThat(text(after)).isEqualTo("early\nlate\n");
    assertThat(after.await().verdict()).isEqualTo(new Verdict.Exited(7));
    Files.delete(gate);
  }

  @Test
  void aStopIsForAllThatIsLeftAndNoVerdictOfTheCommand() throws Exception {
    Job job =
        test.start(
            shell(
                    "sh -c 'until grep -q \"^PPid:.1$\" /proc/$$/status; do :; done;"
                        + " echo; sleep 1000' &")
                .waitForTree(true));
    assertThat(firstOutput(job)).isEqualTo("\n"); // the command has ended
    job.stop(StopRequest.kill("alice"));
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
  }

  @Test
  void aTimeoutIsForAllThatIsLeft() throws Exception {
    Duration afterTheCommand = Duration.ofSeconds(3);
    Limits limits = new Limits(null, null, null, afterTheCommand, null);
    Job job = test.start(shell("sleep 1000 & exit 3").waitForTree(true).limits(limits));
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(3));
  }
}
