package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static dev.jobd.worker.model.OutputStreamKind.STDERR;
import static dev.jobd.worker.model.OutputStreamKind.STDOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.OutputEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a job does with its own stdout and stderr: it adds to them, and takes nothing back. */
class OwnStreamsTest {
  /** Somebody who did not make the pipes, and may not do all. */
  private static final String AS_NOBODY =
      "exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all sh -c '%s'";

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private static void assertSucceeded(Job job) throws Exception {
    JobState.Ended end = job.await();
    assertThat(end.verdict()).as(text(job, STDERR)).isEqualTo(new Verdict.Exited(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", AS_NOBODY})
  void canBeOpenedByTheirNames(String as) throws Exception {
    String script =
        "set -e; echo a >/dev/stdout; echo b >/dev/stderr; echo c >/proc/self/fd/1;"
            + " echo d >>/dev/fd/2; exec 1>/dev/stdout 2>/dev/stderr; echo e; echo f >&2";

    Job job = test.sh(as.formatted(script));

    assertSucceeded(job);
    assertThat(text(job, STDOUT)).isEqualTo("a\nc\ne\n");
    assertThat(text(job, STDERR)).isEqualTo("b\nd\nf\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", AS_NOBODY})
  void canBeOpenedByTheirNamesWhereTheyAreOne(String as) throws Exception {
    String script = "set -e; echo a; echo b >/dev/stderr; echo c >/dev/stdout; echo d >/dev/fd/2";

    Job job = test.start(shell(as.formatted(script)).mergeOutput(true));

    assertSucceeded(job);
    assertThat(text(job, STDOUT)).isEqualTo("a\nb\nc\nd\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasWrittenCannotBeTruncated(boolean merge) throws Exception {
    String script =
        """
        echo one
        : >/dev/stdout
        truncate -s 0 /dev/stdout 2>/dev/null
        truncate -s 0 /proc/self/fd/1 2>/dev/null
        echo two >/dev/stdout
        perl -e 'truncate(STDOUT, 0) || syswrite(STDOUT, "$!\\n")'
        perl -e 'open(F, "+>", "/dev/stdout"); truncate(F, 1) || syswrite(F, "$!\\n")'
        echo three
        """;

    Job job = test.start(shell(script).mergeOutput(merge));

    assertSucceeded(job);
    assertThat(text(job, STDOUT))
        .isEqualTo("one\ntwo\nInvalid argument\nInvalid argument\nthree\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasWrittenCannotBeWrittenOver(boolean merge) throws Exception {
    String script =
        """
        echo one
        perl -e 'sysseek(STDOUT, 0, 0) || syswrite(STDOUT, "$!\\n")'
        perl -e 'open(F, "+<", "/dev/stdout"); sysseek(F, 0, 0); syswrite(F, "two\\n")'
        printf 'three\\n' | dd of=/dev/stdout conv=notrunc status=none
        printf 'four\\n' | dd of=/proc/self/fd/1 oflag=append conv=notrunc status=none
        """;

    Job job = test.start(shell(script).mergeOutput(merge));

    assertSucceeded(job);
    assertThat(text(job, STDOUT)).isEqualTo("one\nIllegal seek\ntwo\nthree\nfour\n");
  }

  /** As root it may: what the shim has not taken yet is in the pipe, and nobody's yet. */
  @Test
  void cannotBeReadBackByWhoIsNotRoot() throws Exception {
    String script =
        "echo one; cat </dev/stdout; printf two | dd of=/dev/stdout bs=1 seek=1; cat <>/dev/stdout;"
            + " true";

    Job job = test.sh(AS_NOBODY.formatted(script));

    assertSucceeded(job);
    assertThat(text(job, STDOUT)).startsWith("one\n");
    assertThat(text(job, STDERR)).contains("Permission denied");
  }

  @Test
  void whoFollowsNoticesNothing() throws Exception {
    Gate gate = test.gate();
    Job job =
        test.sh(
            "echo one; " + gate.pass() + "; : >/dev/stdout; truncate -s 0 /dev/stdout; echo two");
    try (Follower follower = job.follow(ReadRequest.ALL.withStreams(EnumSet.of(STDOUT)))) {
      assertThat(chunk(follower.take())).isEqualTo("one\n");
      gate.open();
      assertThat(chunk(follower.take())).isEqualTo("two\n");
      assertThat(follower.take()).isInstanceOf(OutputEvent.End.class);
    }
  }

  private static String chunk(OutputEvent event) {
    assertThat(event).isInstanceOf(OutputEvent.Chunk.class);
    return new String(((OutputEvent.Chunk) event).bytes(), StandardCharsets.UTF_8);
  }

  /** A read of a pipe in packet mode takes one write, and drops what of it has no room: pipe(2). */
  @Test
  void losesNothingInPacketModeOrASmallPipe() throws Exception {
    String program =
        """
        use Fcntl;
        fcntl(STDOUT, F_SETFL, O_WRONLY | 040000) or die "O_DIRECT: $!";
        fcntl(STDOUT, 1031, 4096) or die "F_SETPIPE_SZ: $!";
        for my $i (1 .. 200) {
          my $line = ("x" x (37 * $i)) . "\\n";
          my $done = 0;
          $done += syswrite(STDOUT, $line, length($line) - $done, $done) while $done < length $line;
        }
        """;
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= 200; i++) {
      expected.append("x".repeat(37 * i)).append('\n');
    }

    Job job = test.start("perl", "-e", program);

    assertSucceeded(job);
    assertThat(text(job, STDOUT)).isEqualTo(expected.toString());
  }
}
