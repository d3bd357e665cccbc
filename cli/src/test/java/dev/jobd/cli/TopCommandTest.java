package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where standard output is no terminal, as here: the table that is redrawn is tested in e2e. */
class TopCommandTest {
  private FakeJobd jobd;
  private Shell shell;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    shell = Shell.at(home, jobd.port());
    for (int i = 0; i < 3; i++) {
      jobd.add(
          FakeJobd.running("a62dfccc-2ff9-411d-a9ef-d4812ed3d86" + i, "job-" + i).toBuilder()
              .setUsage(Usage.newBuilder().setMemoryBytes((i + 1) << 20).setPids(i + 1))
              .build());
    }
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  @Test
  void printsOneTableOfAllPagesAndEnds() throws InterruptedException {
    Shell.Result result = shell.run("top", "-d", "100ms");

    assertThat(result.exitCode()).isZero();
    List<String> lines = result.out().lines().toList();
    assertThat(lines.getFirst())
        .startsWith("ID        NAME   STATUS   CPU%  MEMORY  MEM-LIMIT  PIDS  READ/S");
    assertThat(lines.subList(1, 4))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("a62dfccc  job-2  running     -      3M          -     3 "),
            line ->
                assertThat(line)
                    .startsWith("a62dfccc  job-1  running     -      2M          -     2 "),
            line ->
                assertThat(line)
                    .startsWith("a62dfccc  job-0  running     -      1M          -     1 "));
    assertThat(jobd.lists).as("two looks at two pages").hasSize(4);
    assertThat(jobd.lists).allSatisfy(request -> assertThat(request.getWithUsage()).isTrue());
    assertThat(jobd.lists.getFirst().getPhasesList())
        .containsExactly(
            JobPhase.JOB_PHASE_STARTING, JobPhase.JOB_PHASE_RUNNING, JobPhase.JOB_PHASE_STOPPING);
  }

  @Test
  void jsonIsOneDocumentOfOneLook() throws InterruptedException {
    JsonObject answer =
        JsonParser.parseString(shell.run("top", "-o", "json").out()).getAsJsonObject();

    assertThat(answer.getAsJsonArray("jobs")).hasSize(3);
    assertThat(
            answer
                .getAsJsonArray("jobs")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("usage")
                .get("memoryBytes")
                .getAsLong())
        .isEqualTo(1 << 20);
    assertThat(jobd.lists).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"table", "name"})
  void saysThatItShowsTheNewestOfMore(String format) throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      jobd.add(FakeJobd.running("8de11b74-5cd9-4769-b40d-%012d".formatted(i), ""));
    }

    Shell.Result result = shell.run("top", "-d", "100ms", "-o", format);

    assertThat(result.exitCode()).isZero();
    assertThat(result.err())
        .isEqualTo(
            "jobctl: these are the newest 1,000 of more live jobs: --owner and --label choose\n");
    assertThat(result.out().lines().filter(line -> line.startsWith("8de11b74"))).hasSize(997);
  }

  @Test
  void aDocumentOfTheNewestOfMoreSaysWhereTheOthersAre() throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      jobd.add(FakeJobd.running("8de11b74-5cd9-4769-b40d-%012d".formatted(i), ""));
    }

    String answer = shell.run("top", "-o", "json").out();

    assertThat(JsonParser.parseString(answer).getAsJsonObject().get("nextPageToken").getAsString())
        .isEqualTo("1000");
  }

  @Test
  void choosesByOwnerAndLabel() throws InterruptedException {
    shell.run("top", "-o", "name", "--owner", "bob", "-l", "team=a");

    ListJobsRequest request = jobd.lists.getFirst();
    assertThat(request.getOwner()).isEqualTo("bob");
    assertThat(request.getLabelsMap()).containsEntry("team", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"top -d 0", "top -d 99ms", "top -d 2h", "top -d soon"})
  void anIntervalThatIsNoneIsAUsageError(String line) throws InterruptedException {
    Shell.Result result = shell.run(line.split(" "));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).startsWith("jobctl: --interval must be ").hasLineCount(1);
  }
}
