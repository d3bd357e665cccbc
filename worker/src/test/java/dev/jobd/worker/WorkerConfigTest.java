package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerConfigTest {
  @Test
  void itsPlacesAreAbsolute() {
    WorkerConfig config = WorkerConfig.of(Path.of("state"), Path.of("bin/shim"));

    assertThat(config.stateDirectory()).isEqualTo(Path.of("state").toAbsolutePath());
    assertThat(config.shim()).isEqualTo(Path.of("bin/shim").toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, WorkerConfig.MIN_CHUNK_BYTES - 1, WorkerConfig.MAX_CHUNK_BYTES + 1})
  void chunksAreBounded(int bytes) {
    WorkerConfig config = WorkerConfig.of(Path.of("/state"), Path.of("/shim"));

    assertThatThrownBy(
            () ->
                new WorkerConfig(
                    config.stateDirectory(),
                    config.shim(),
                    config.limits(),
                    config.retention(),
                    bytes,
                    config.logger(),
                    config.observer()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("chunkBytes must be 512 to 1048576, was " + bytes);
  }
}
