package dev.jobd.worker.model;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobSpecTest {
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
    Map<String, String> many =
        IntStream.range(0, 33).boxed().collect(Collectors.toMap(i -> "l" + i, i -> ""));
    assertRefused("labels", () -> spec().labels(many).build());
    assertRefused("labels[a]", () -> spec().labels(Map.of("a", "x".repeat(257))).build());
    assertRefused("labels[a]", () -> spec().labels(Map.of("a", "x\u001b[31m")).build());
  }

  @ParameterizedTest
  @ValueSource(chars = {'\u202e', '\u2066', '\u2028', '\u2029', '\u200b', '\u0085', '\ufeff'})
  void aLabelDoesNotMakeATableShowWhatIsNotThere(char disturbing) {
    assertRefused("labels[a]", () -> spec().labels(Map.of("a", "x" + disturbing + "y")).build());
  }

  @Test
  void aLabelMayBeInAnyLanguage() {
    Map<String, String> labels = Map.of("a", "größer – 日本語 עברית \uD83D\uDE00");
    assertThat(spec().labels(labels).build().labels()).isEqualTo(labels);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uD83D", "x\uDE00", "\uDE00\uD83D", "\uD83D\uD83D\uDE00"})
  void halfASurrogatePairIsRefusedEverywhere(String half) {
    assertRefused("argv[0]", () -> JobSpec.of(half));
    assertRefused("argv[1]", () -> JobSpec.of("echo", half));
    assertRefused("env", () -> spec().env(Map.of(half, "x")).build());
    assertRefused("env[a]", () -> spec().env(Map.of("a", half)).build());
    assertRefused("working_directory", () -> spec().workingDirectory("/" + half).build());
    assertRefused("name", () -> spec().name(half).build());
    assertRefused("labels", () -> spec().labels(Map.of(half, "x")).build());
    assertRefused("labels[a]", () -> spec().labels(Map.of("a", half)).build());
  }

  @Test
  void aWholeSurrogatePairIsTaken() {
    assertThat(JobSpec.of("echo", "\uD83D\uDE00").argv()).hasSize(2);
  }

  @Test
  void aLongVariableIsNamedByItsBeginning() {
    String field = "env[" + "a".repeat(61) + "…]";
    assertRefused(field, () -> spec().env(Map.of("a".repeat(100), "\0")).build());
  }
}
