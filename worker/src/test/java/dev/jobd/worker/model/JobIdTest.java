package dev.jobd.worker.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "../etc", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "1-1-1-1-1"})
  void anIdHasOneSpelling(String text) {
    assertThat(JobId.parse(text)).isEmpty();
  }

  @Test
  void anIdReadsWhatItWrites() {
    JobId id = JobId.random();
    assertThat(JobId.parse(id.toString())).contains(id);
    assertThat(id.toString()).hasSize(JobId.LENGTH);
    assertThat(id.value().version()).isEqualTo(4);
  }

  @Test
  void anIdMayBeAUuidOfAnotherVersion() {
    String timeBased = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    assertThat(JobId.parse(timeBased).map(JobId::toString)).contains(timeBased);
  }
}
