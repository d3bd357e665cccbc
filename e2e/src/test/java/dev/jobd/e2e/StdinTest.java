package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Stdin of jobs, from that of jobctl. */
class StdinTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final int LARGE_BYTES = 100 << 20;
  private static final int KILLED_BYTES = 64 << 20;

  @TempDir Path directory;

  private static Jobctl alice() throws Exception {
    return server.as("alice", "user");
  }

  private Path file(String name, int length) throws Exception {
    byte[] bytes = new byte[length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8) + (i >> 16));
    }
    return Files.write(directory.resolve(name), bytes);
  }

  private static Running from(Path stdin, String... arguments) throws Exception {
    return Running.start(alice().command(arguments).redirectInput(stdin.toFile()));
  }

  private static Outcome withInput(String text, String... arguments) throws Exception {
    try (Running running = Running.startToFeed(alice().command(arguments))) {
      try (OutputStream stdin = running.process().getOutputStream()) {
        stdin.write(text.getBytes(UTF_8));
      }
      return running.await();
    }
  }

  @Test
  void aPipeIntoRunIsTheJobs() throws Exception {
    assertThat(withInput("hi\n", "run", "-i", "--", "cat").succeeded().out()).isEqualTo("hi\n");
  }

  @Test
  void withoutTheOptionAJobReadsTheEndAtOnce() throws Exception {
    assertThat(withInput("hi\n", "run", "--", "wc", "-c").succeeded().line()).isEqualTo("0");
  }

  @Test
  void anEmptyStdinEndsAtOnce() throws Exception {
    try (Running run = from(Path.of("/dev/null"), "run", "-i", "--", "wc", "-c")) {
      assertThat(run.await().succeeded().line()).isEqualTo("0");
    }
  }

  @Test
  void aHundredMebibytesComeBackByteByByte() throws Exception {
    Path large = file("large", LARGE_BYTES);
    Path back = directory.resolve("back");
    ProcessBuilder cat = alice().command("run", "-i", "--", "cat");
    try (Running run =
        Running.start(cat.redirectInput(large.toFile()).redirectOutput(back.toFile()))) {
      run.await().succeeded();
    }
    assertThat(Files.mismatch(large, back)).isEqualTo(-1);
  }

  @Test
  void startPrintsTheIdAndEndsWhenTheJobHasAll() throws Exception {
    Path input = file("input", 5 << 20);
    try (Running start = from(input, "start", "-i", "--", "cat")) {
      Outcome started = start.await().succeeded();
      assertThat(started.err()).isEmpty();
      assertThat(alice().run("logs", started.line()).succeeded().stdout())
          .isEqualTo(Files.readAllBytes(input));
    }
  }

  @Test
  void anInputGoesOnOverAKillOfTheServerInItsMidst() throws Exception {
    Path input = file("killed", KILLED_BYTES);
    byte[] expected = Files.readAllBytes(input);
    try (Running run = from(input, "run", "-i", "--", "cat");
        Running start = from(input, "start", "-i", "--", "cat")) {
      String id = start.stdout().awaitLine(Running.BOUND);
      run.stdout().awaitBytes(8 << 20, Running.BOUND);
      server.kill();
      server.startAgain();
      run.stdout().awaitBytes(40 << 20, Running.BOUND);
      server.kill();
      server.startAgain();

      assertThat(run.await().succeeded().stdout()).isEqualTo(expected);
      start.await().succeeded();
      assertThat(alice().run("logs", id).succeeded().stdout()).isEqualTo(expected);
    }
  }

  @Test
  void aClientThatIsKilledDoesNotEndTheInput() throws Exception {
    Running run =
        Running.startToFeed(
            alice().command("run", "-i", "-j", "orphan", "--", "sh", "-c", "cat; echo whole"));
    try (run) {
      OutputStream stdin = run.process().getOutputStream();
      stdin.write("half".getBytes(UTF_8));
      stdin.flush();
      run.stdout().awaitBytes(4, Running.BOUND);
    }
    run.process().waitFor();
    Jobctl alice = alice();
    assertThat(alice.run("status", "orphan").succeeded().line()).isEqualTo("running");
    alice.run("stop", "orphan").succeeded();
    assertThat(alice.run("logs", "orphan").succeeded().out()).isEqualTo("half");
  }

  @Test
  void aRepeatedStartGoesOnWithTheInputOfTheOneThatWasKilled() throws Exception {
    Path input = file("repeated", KILLED_BYTES);
    String[] again = {"start", "-i", "--request-id", "again", "--", "cat"};
    String id;
    try (Running first = Running.startToFeed(alice().command(again))) {
      id = first.stdout().awaitLine(Running.BOUND);
      first.process().getOutputStream().write(Files.readAllBytes(input), 0, 10 << 20);
    } // killed, with some of that under way
    try (Running second = from(input, again)) {
      assertThat(second.await().succeeded().line()).isEqualTo(id);
    }
    assertThat(alice().run("logs", id).succeeded().stdout()).isEqualTo(Files.readAllBytes(input));
  }

  @Test
  void runEndsWithAJobThatReadsNoMore() throws Exception {
    try (Running run =
        Running.startToFeed(
            alice().command("run", "-i", "--", "sh", "-c", "read x; echo $x; exit 4"))) {
      OutputStream stdin = run.process().getOutputStream();
      stdin.write("line\nmore\n".getBytes(UTF_8));
      stdin.flush(); // and never closed
      assertThat(run.await().hasExitCode(4).out()).isEqualTo("line\n");
    }
  }

  @Test
  void aJobThatClosesItsStdinGoesOnWithoutIt() throws Exception {
    Path input = file("refused", 5 << 20);
    String script = "head -c 10 | wc -c; exec <&-; echo on; exit 3";
    try (Running run = from(input, "run", "-i", "--", "sh", "-c", script)) {
      assertThat(run.await().hasExitCode(3).out()).isEqualTo("10\non\n");
      assertThat(run.await().err()).isEmpty();
    }
  }

  @Test
  void aJobThatNeverReadsIsStoppedAsAnyOther() throws Exception {
    Path input = file("unread", 5 << 20);
    Jobctl alice = alice();
    try (Running run =
        from(input, "run", "-i", "-j", "unread", "--", "sh", "-c", "echo up; exec sleep 300")) {
      run.stdout().awaitLine(Running.BOUND);
      assertThat(alice.run("status", "unread").succeeded().line()).isEqualTo("running");
      alice.run("stop", "unread").succeeded();
      assertThat(run.await().hasExitCode(137).out()).isEqualTo("up\n");
    }
  }

  @Test
  void manyAtOnceEachGetTheirOwn() throws Exception {
    List<Running> runs = new ArrayList<>();
    List<Path> inputs = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Path input =
            Files.writeString(
                directory.resolve("own" + i), "input %d\n".formatted(i).repeat(100_000 + i));
        inputs.add(input);
        runs.add(from(input, "run", "-i", "--", "cat"));
      }
      for (int i = 0; i < runs.size(); i++) {
        assertThat(runs.get(i).await().succeeded().stdout())
            .isEqualTo(Files.readAllBytes(inputs.get(i)));
      }
    } finally {
      runs.forEach(Running::close);
    }
  }

  @Test
  void runWithoutAServerSendsItToo() throws Exception {
    Path input = file("local", 5 << 20);
    try (Running run =
        Running.start(
            new ProcessBuilder(Dist.JOBD, "run", "-i", "--", "cat")
                .redirectInput(input.toFile()))) {
      assertThat(run.await().succeeded().stdout()).isEqualTo(Files.readAllBytes(input));
    }
  }

  @Test
  void aJobThatWaitsForItsTreeEndsWithIt() throws Exception {
    Path gate = directory.resolve("gate");
    assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    String script = "(setsid sh -c 'read x <" + gate + "; echo late' &); echo early; exit 7";
    try (Running run = alice().start("run", "--wait-tree", "--", "sh", "-c", script)) {
      run.stdout().awaitLine(Running.BOUND);
      Files.writeString(gate, "\n");
      assertThat(run.await().hasExitCode(7).out()).isEqualTo("early\nlate\n");
    }
    assertThat(alice().run("run", "--", "sh", "-c", "sleep 300 & exit 7").hasExitCode(7).out())
        .isEmpty();
  }
}
