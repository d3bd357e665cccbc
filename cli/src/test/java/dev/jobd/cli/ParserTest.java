package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParserTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "list --owner bob -q",
        "list --owner=bob --quiet",
        "list -q --owner alice --owner bob",
        "ls -aq --owner bob"
      })
  void anOptionIsWrittenInAnyOfTheUsualWays(String line) throws CommandFailure {
    Arguments arguments = parse(line);

    assertThat(arguments.value("--owner")).isEqualTo("bob");
    assertThat(arguments.has("--quiet")).isTrue();
    assertThat(arguments.words()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-u bob list", "list -ubob", "--userID bob list", "list --user=bob"})
  void aGlobalOptionStandsBeforeOrAfterTheCommand(String line) throws CommandFailure {
    assertThat(parse(line).value("--user")).isEqualTo("bob");
    assertThat(parse(line).command()).isEqualTo("list");
  }

  @Test
  void theLastOfSeveralValuesIsTheOne() throws CommandFailure {
    assertThat(parse("-u alice list -u bob").value("--user")).isEqualTo("bob");
  }

  @Test
  void aValueMayLookLikeAnOptionOrHoldAnEqualsSign() throws CommandFailure {
    Arguments arguments = parse("start -c -odd -e A=B=C --env=D=");

    assertThat(arguments.value("--command")).isEqualTo("-odd");
    assertThat(arguments.values("--env")).containsExactly("A=B=C", "D=");
  }

  @Test
  void optionsOfAJobCommandMayFollowItsJobs() throws CommandFailure {
    Arguments arguments = parse("stop one --grace 5s two -- -three");

    assertThat(arguments.value("--grace")).isEqualTo("5s");
    assertThat(arguments.words()).containsExactly("one", "two", "-three");
  }

  @ParameterizedTest
  @CsvSource({
    "frobnicate, no command 'frobnicate'",
    "list --nope, no option --nope; see jobctl list --help",
    "list -aqx, no option -x; see jobctl list --help",
    "--nope list, no option --nope; see jobctl --help",
    "list --owner, --owner needs its USER",
    "list --all=yes, --all takes no value",
    "whoami me, takes no 'me'",
    "list --limit=, --limit must be a whole number"
  })
  void whatIsWrongIsNamedWithTheWayOut(String line, String words) {
    assertThatThrownBy(() -> parse(line).parsed("--limit", JobSpecOptions::wholeNumber))
        .isInstanceOfSatisfying(
            CommandFailure.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(words);
  }

  @Test
  void noTwoOptionsOfACommandShareAName() {
    for (Command command : Commands.ofJobctl().all()) {
      List<String> names =
          command.syntax().allOptions().stream()
              .flatMap(o -> Stream.concat(Stream.of(o.name()), o.aliases().stream()))
              .toList();
      assertThat(names).as(command.syntax().name()).doesNotHaveDuplicates();
    }
  }

  private static Arguments parse(String line) throws CommandFailure {
    return Parser.parse(Commands.ofJobctl(), line.split(" "));
  }
}
