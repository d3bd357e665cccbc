package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs neither server nor credentials. */
class HelpTest {
  private Shell shell;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    shell = Shell.at(home, 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "help",
        "start --help",
        "stop --help",
        "query --help",
        "list --help",
        "stream -help",
        "stream -h",
        "help start",
        "help ps"
      })
  void helpIsDataOnStandardOutput(String line) throws InterruptedException {
    Shell.Result result = shell.run(line.split(" "));

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("Usage: jobctl").doesNotContain("\u001b");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "list, true, [JOB...]",
    "stop, true, ' JOB...'",
    "logs, true, ' JOB\n'",
    "version, false, ''",
    "completion, false, ' SHELL\n'",
    "help, false, [COMMAND]"
  })
  void helpShowsWhatACommandTakes(String command, boolean callsServer, String words)
      throws InterruptedException {
    String help = shell.run(command, "--help").out();

    assertThat(help.contains("--server")).isEqualTo(callsServer);
    assertThat(help).contains(words).doesNotContain("JOB...]...");
  }

  @ParameterizedTest
  @CsvSource({
    "start, SIZE TIME",
    "limit, SIZE TIME",
    "logs, TIME WHEN",
    "list, TIME WHEN",
    "stop, TIME",
    "help, ''"
  })
  void helpEndsWithHowValuesAreWritten(String command, String labels) throws InterruptedException {
    String help = shell.run(command, "--help").out();

    for (String label : List.of("SIZE", "TIME", "WHEN")) {
      assertThat(help.contains("\n" + label + " is ")).isEqualTo(labels.contains(label));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "limit, Each job's change is all or nothing",
    "limit, can be changed, ",
    "stop, 'Default: 10 s after another --signal than KILL, none without'",
    "status, '@last: the last that was started with this configuration directory'"
  })
  void helpTellsWhatIsEasilyTakenForSomethingElse(String command, String words)
      throws InterruptedException {
    assertThat(shell.run(command, "--help").out().replaceAll("\\s+", " ")).contains(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "wait"})
  void helpOfWhatGivesTheJobsCodeTellsAllCodes(String command) throws InterruptedException {
    assertThat(shell.run(command, "--help").out())
        .contains("Exit codes:", "128+N ", "125 ", "126 ", "127 ", "The server cannot be reached");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "frobnicate", "--frobnicate list", "help frobnicate", "completion fish"})
  void whatIsNotThereIsAUsageErrorInOneLine(String line) throws InterruptedException {
    Shell.Result result = shell.run(line.isEmpty() ? new String[0] : line.split(" "));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "--version", "-V"})
  void theVersionIsThatOfTheBuild(String word) throws InterruptedException {
    assertThat(shell.run(word).out()).matches("jobctl \\d+\\.\\d+\\.\\d+\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completionIsAScriptThatKnowsTheCommands(String name) throws InterruptedException {
    assertThat(shell.run("completion", name).out()).contains("whoami", "--max-output");
  }
}
