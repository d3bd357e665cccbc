package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.api.args.Quantity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

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
    assertThat(parse(line).command()).isInstanceOf(ListCommand.class);
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
  void aValueMayBeAnOptionsOrACommandsName() throws CommandFailure {
    Arguments arguments = parse("-u list start -j -l");

    assertThat(arguments.value("--user")).isEqualTo("list");
    assertThat(arguments.value("--name")).isEqualTo("-l");
  }

  @ParameterizedTest
  @CsvSource({
    "start ls -l -u bob --help, ls -l -u bob --help",
    "start -- ls -l, ls -l",
    "start -- --odd, --odd",
    "start ls -- -l, ls -- -l",
    "start -- ls -- -l, ls -- -l",
    "run -u bob env A=B -h, env A=B -h",
    "start echo @file ${x} 'a', echo @file ${x} 'a'",
    "run list start, list start"
  })
  void fromTheJobsOwnCommandOnEverythingIsTheJobs(String line, String words) throws CommandFailure {
    assertThat(parse(line).words()).containsExactly(words.split(" "));
    assertThat(parse(line).has("--help")).isFalse();
  }

  @Test
  void optionsOfAJobCommandMayFollowItsJobs() throws CommandFailure {
    Arguments arguments = parse("stop one --grace 5s two -- -three");

    assertThat(arguments.value("--grace")).isEqualTo("5s");
    assertThat(arguments.words()).containsExactly("one", "two", "-three");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "frobnicate, no command 'frobnicate'; jobctl help lists them",
        "lst -a build, no command 'lst'; jobctl help lists them",
        "list --nope, '--nope'; see jobctl list --help",
        "list -aqx, '-x'",
        "--nope list, '--nope'; see jobctl --help",
        "list --owner, (USER); see jobctl list --help",
        "list --all=yes, --all",
        "whoami me, there is no use for 'me' here; see jobctl whoami --help",
        "list --limit=x, --limit must be a whole number",
        "list --limit=, --limit must not be empty",
        "--hostPort= list, --server must not be empty",
        "list -q --job-id=, --job-id must not be empty"
      })
  void whatIsWrongIsNamedWithTheWayOut(String line, String words) {
    assertThatThrownBy(() -> parse(line).parsed("--limit", Quantity::count))
        .isInstanceOfSatisfying(
            CommandFailure.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(words);
  }

  private static Arguments parse(String line) throws CommandFailure {
    return Arguments.parse(line.split(" "));
  }
}
