package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.Errors;
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

    assertThat(result).isEqualTo(new Shell.Result(0, "", "jobctl: cpus 0.5, memory 512M\n"));
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
    assertThat(result.err()).contains("nobody: no such job").contains(SLEEPER + ": pids 7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit sleeper",
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
