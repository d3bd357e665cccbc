package dev.jobd.worker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobSpecTest {
  private static void assertRefused(String field, ThrowingCallable value) {
    assertThatThrownBy(value)
        .isInstanceOfSatisfying(
            InvalidSpecException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  private static JobSpec.Builder spec() {
    return JobSpec.builder(List.of("true"));
  }

  @Test
  void aCommandIsNeededAndHasNoNul() {
    assertRefused("argv", () -> JobSpec.builder(List.of()).build());
    assertRefused("argv[0]", () -> JobSpec.of(""));
    assertRefused("argv[1]", () -> JobSpec.of("echo", "a\0b"));
    assertThat(JobSpec.of("echo", "").argv()).containsExactly("echo", "");
  }

  @Test
  void argumentsAreBoundedAsTheKernelBoundsThem() {
    assertThat(JobSpec.of("echo", "x".repeat(JobSpec.MAX_ARGUMENT_BYTES)).argv()).hasSize(2);
    assertRefused("argv[1]", () -> JobSpec.of("echo", "x".repeat(JobSpec.MAX_ARGUMENT_BYTES + 1)));
    assertRefused(
        "argv[1]", () -> JobSpec.of("echo", "ä".repeat(JobSpec.MAX_ARGUMENT_BYTES / 2 + 1)));
    assertRefused(
        "argv", () -> JobSpec.builder(Collections.nCopies(10, "x".repeat(120_000))).build());
    assertRefused(
        "argv", () -> JobSpec.builder(Collections.nCopies(JobSpec.MAX_STRINGS + 1, "x")).build());
  }

  @Test
  void variablesHaveANameAndNoNul() {
    assertRefused("env", () -> spec().env(Map.of("", "x")).build());
    assertRefused("env", () -> spec().env(Map.of("a=b", "x")).build());
    assertRefused("env", () -> spec().env(Map.of("a\0", "x")).build());
    assertRefused("env[a]", () -> spec().env(Map.of("a", "x\0")).build());
    assertThat(spec().env(Map.of("a", "b=c")).build().env()).containsEntry("a", "b=c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "relative", "../up", "/nul\0"})
  void theWorkingDirectoryIsAnAbsolutePath(String path) {
    assertRefused("working_directory", () -> spec().workingDirectory(path).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "a/b", ".hidden", "-option", "a b", "a\nb", "ä", "a\0"})
  void aNameIsNoPathNoOptionAndNoSurprise(String name) {
    assertRefused("name", () -> spec().name(name).build());
    assertRefused("labels", () -> spec().labels(Map.of(name, "x")).build());
  }

  @Test
  void labelsAreBounded() {
    assertRefused("labels[a]", () -> spec().labels(Map.of("a", "x".repeat(257))).build());
    assertRefused("labels[a]", () -> spec().labels(Map.of("a", "x\u001b[31m")).build());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void limitsHaveBoundsThemselves(long value) {
    assertRefused("limits.cpu_millis", () -> new Limits(value, null, null, null, null));
    assertRefused("limits.memory_bytes", () -> new Limits(null, value, null, null, null));
    assertRefused("limits.pids", () -> new Limits(null, null, value, null, null));
    assertRefused(
        "limits.timeout", () -> new Limits(null, null, null, Duration.ofSeconds(value), null));
    assertRefused("limits.output_bytes", () -> new Limits(null, null, null, null, value));
  }

  @Test
  void whatALimitLeavesOpenTheDefaultsFill() {
    Limits asked = new Limits(500L, null, 7L, null, null);
    Limits defaults = new Limits(1000L, 1L << 30, 64L, Duration.ofHours(1), null);
    assertThat(asked.orElse(defaults))
        .isEqualTo(new Limits(500L, 1L << 30, 7L, Duration.ofHours(1), null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../etc", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "1-1-1-1-1"})
  void anIdHasOneSpelling(String text) {
    assertThat(JobId.parse(text)).isEmpty();
  }

  @Test
  void anIdReadsWhatItWrites() {
    JobId id = JobId.random();
    assertThat(JobId.parse(id.toString())).contains(id);
    assertThat(id.value().version()).isEqualTo(4);
  }
}
