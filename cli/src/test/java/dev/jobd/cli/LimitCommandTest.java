package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.jobd.api.Errors;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.UpdateLimitsRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitCommandTest {
  private static final String SLEEPER = "a62dfccc-2ff9-411d-a9ef-d4812ed3d867";

  private FakeJobd jobd;
  private Shell shell;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    shell = Shell.at(home, jobd.port());
    jobd.add(FakeJobd.running(SLEEPER, "sleeper"));
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  @Test
  void onlyTheLimitsThatAreGivenAreChanged() throws InterruptedException {
    Shell.Result result = shell.run("limit", "sleeper", "--memory", "512M", "--cpus", "0.5");

    assertThat(result).isEqualTo(new Shell.Result(0, "cpus 0.5, memory 512M\n", ""));
    assertThat(jobd.limitRequests)
        .containsExactly(
            UpdateLimitsRequest.newBuilder()
                .setJob("sleeper")
                .setLimits(Limits.newBuilder().setCpuMillis(500).setMemoryBytes(512 << 20))
                .build());
  }

  @Test
  void whatIsRefusedIsToldInTheWordsOfTheOptions() throws InterruptedException {
    jobd.limitFailure =
        Errors.limitRefused(
            "limits.memory_bytes",
            "must be at least 104857600, which the job uses now and cannot give back, was"
                + " 16777216");

    assertThat(shell.run("limit", "--memory", "16M", "sleeper"))
        .isEqualTo(
            new Shell.Result(
                1,
                "",
                "jobctl: cannot change the limits of sleeper: --memory must be at least 100M,"
                    + " which the job uses now and cannot give back, was 16M\n"));
  }

  @Test
  void aFailureWithOneJobDoesNotKeepTheOthersFromTheirs() throws InterruptedException {
    Shell.Result result = shell.run("limit", "nobody", SLEEPER, "--pids", "7");

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.out())
        .isEqualTo("NAME     ID%34s  LIMITS\nsleeper  %s  pids 7\n".formatted("", SLEEPER));
    assertThat(result.err())
        .contains("nobody: no such job")
        .endsWith("\njobctl: limits are changed of 1 of 2 jobs\n");
  }

  @Test
  void withoutAnyTheLimitsThatThereAreAreShown() throws InterruptedException {
    Job.Builder job = FakeJobd.running(SLEEPER, "sleeper").toBuilder();
    job.getSpecBuilder()
        .getLimitsBuilder()
        .setNice(3)
        .setPids(64)
        .setTimeout(Duration.newBuilder().setSeconds(5400))
        .setOutputBytes(1 << 30);
    jobd.add(job.build());
    jobd.add(FakeJobd.running("be3936f3-b4a2-486a-a1d8-df885e34386c", "free"));

    assertThat(shell.run("limit", "sleeper"))
        .isEqualTo(new Shell.Result(0, "nice 3, pids 64, timeout 1h30m, max-output 1G\n", ""));
    assertThat(shell.run("limit", "sleeper", "free").out().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("NAME "),
            line ->
                assertThat(line)
                    .startsWith("sleeper ")
                    .endsWith("  nice 3, pids 64, timeout 1h30m, max-output 1G"),
            line -> assertThat(line).startsWith("free ").endsWith("  no limits"));
    assertThat(jobd.limitRequests).isEmpty();
  }

  @Test
  void jsonIsTheJobAsItIsThenAndNothingElseIsSaid() throws InterruptedException {
    Shell.Result result = shell.run("limit", "sleeper", "--pids", "7", "-o", "json");

    assertThat(result.out()).contains("\"pids\": \"7\"");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nice 3", "--timeout 1h", "--max-output 1G"})
  void whatCannotBeChangedIsRefusedWithWhatCan(String limit) throws InterruptedException {
    Shell.Result result = shell.run(("limit sleeper --pids 7 " + limit).split(" "));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .startsWith(
            "jobctl: " + limit.replaceFirst(" .*", "") + " cannot be changed while a job runs; ")
        .contains("the others can be changed")
        .hasLineCount(1);
    assertThat(jobd.limitRequests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit sleeper --pids 7 -o xml",
        "limit --memory 1M",
        "limit sleeper --memory much",
        "limit sleeper --timeout 1h"
      })
  void aWrongCommandLineIsAUsageErrorInOneLine(String line) throws InterruptedException {
    Shell.Result result = shell.run(line.split(" "));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(jobd.limitRequests).isEmpty();
  }
}
