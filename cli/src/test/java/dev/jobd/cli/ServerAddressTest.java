package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {

  @ParameterizedTest
  @CsvSource({
    "jobs.example:1234, jobs.example, 1234",
    "jobs.example, jobs.example, 24482",
    ":1234, localhost, 1234",
    "127.0.0.1:1234, 127.0.0.1, 1234",
    "[::1]:1234, ::1, 1234",
    "[::1], ::1, 24482",
    "::1, ::1, 24482"
  })
  void whatIsLeftOutIsTheDefault(String text, String host, int port) throws CommandFailure {
    assertThat(ServerAddress.parse(text)).isEqualTo(new ServerAddress(host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host:",
        "host:x",
        "host:0",
        "host:65536",
        "host:-1",
        "::1]:2",
        "[::1]x:2",
        "127.1:25555",
        "1.2.3:5",
        "http://localhost:25555",
        "a b:1",
        "h:1:2",
        "user@host:1",
        "host/path",
        "my_host:25555"
      })
  void anythingElseIsAUsageError(String text) {
    assertThatThrownBy(() -> ServerAddress.parse(text))
        .isInstanceOfSatisfying(
            CommandFailure.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void anUnderscoreIsNamedAsWhatIsWrong() {
    assertThatThrownBy(() -> ServerAddress.parse("my_host:1"))
        .hasMessageContaining("with _, which no host's name may have");
  }
}
