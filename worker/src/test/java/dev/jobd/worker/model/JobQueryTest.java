package dev.jobd.worker.model;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobQueryTest {
  private static JobQuery withIdPrefix(@Nullable String prefix) {
    return new JobQuery(null, prefix, null, Set.of(), Map.of(), 1, null);
  }

  private static JobQuery withName(String name) {
    return new JobQuery(null, null, name, Set.of(), Map.of(), 1, null);
  }

  private static JobQuery withLabels(Map<String, String> labels) {
    return new JobQuery(null, null, null, Set.of(), labels, 1, null);
  }

  private static JobQuery withPage(int size, @Nullable String token) {
    return new JobQuery(null, null, null, Set.of(), Map.of(), size, token);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0a1b", "6ba7b810-9", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"})
  void anIdPrefixIsTheBeginningOfAnId(String prefix) {
    assertThat(withIdPrefix(prefix).idPrefix()).isEqualTo(prefix);
    assertThat(JobQuery.isIdPrefix(prefix)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c80",
        "ABCD",
        "ghij",
        "%%%%",
        "abc\n"
      })
  void whatCannotBeginAnIdIsNoIdPrefix(String prefix) {
    assertRefused("id_prefix", () -> withIdPrefix(prefix));
    assertThat(JobQuery.isIdPrefix(prefix)).isFalse();
  }

  @Test
  void namesAndLabelsAreThoseThatAJobCanHave() {
    Map<String, String> many =
        IntStream.rangeClosed(0, JobSpec.MAX_LABELS)
            .boxed()
            .collect(Collectors.toMap(i -> "l" + i, i -> ""));
    assertRefused("name", () -> withName(""));
    assertRefused("name", () -> withName("x".repeat(65)));
    assertRefused("labels", () -> withLabels(many));
    assertRefused("labels", () -> withLabels(Map.of("a b", "x")));
    assertRefused("labels[a]", () -> withLabels(Map.of("a", "x".repeat(257))));
    assertRefused("labels[a]", () -> withLabels(Map.of("a", "\u202e")));
    assertThat(withName("build-1").name()).isEqualTo("build-1");
  }

  @Test
  void aPageAndItsTokenAreBounded() {
    assertRefused("page_size", () -> withPage(0, null));
    assertRefused("page_size", () -> withPage(JobQuery.MAX_PAGE_SIZE + 1, null));
    assertRefused("page_token", () -> withPage(1, "x".repeat(JobQuery.MAX_PAGE_TOKEN_LENGTH + 1)));
  }
}
