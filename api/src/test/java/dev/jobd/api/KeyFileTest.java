package dev.jobd.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFileTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "rw-------, false, false",
    "r--------, false, false",
    "rw-r-----, true, false",
    "rw--w----, true, true",
    "rw-r--r--, true, true",
    "rw-----w-, true, true"
  })
  void aKeyIsJudgedByItsMode(String mode, boolean openOfMine, boolean openToOthers)
      throws IOException {
    Path key = key(mode);

    assertThat(KeyFile.openOfMine(key).isPresent()).isEqualTo(openOfMine);
    assertThat(KeyFile.openToOthers(key).isPresent()).isEqualTo(openToOthers);
  }

  @Test
  void fileModeAndWayOutAreTold() throws IOException {
    Path key = key("rw-r--r--");

    assertThat(KeyFile.openOfMine(key))
        .contains(
            key
                + " holds a private key and is open to others than its owner (mode 0644):"
                + " chmod 600 "
                + key);
  }

  @Test
  void aFileThatALinkNamesIsTheOneThatIsJudged() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), key("rw-------"));

    assertThat(KeyFile.openToOthers(link)).isEmpty();
  }

  @Test
  void whatIsNotThereOrNoFileIsNotJudged() {
    assertThat(KeyFile.openToOthers(directory.resolve("absent"))).isEmpty();
    assertThat(KeyFile.openToOthers(Path.of("/dev/null"))).isEmpty();
  }

  private Path key(String mode) throws IOException {
    Path key = Files.createFile(directory.resolve("key"));
    return Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
  }
}
