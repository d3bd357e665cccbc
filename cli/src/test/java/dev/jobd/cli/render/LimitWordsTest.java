package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.jobd.api.args.LimitTerms;
import dev.jobd.api.v1.IoLimit;
import dev.jobd.api.v1.Limits;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each limit that the API has: one that is added is not forgotten. */
class LimitWordsTest {
  static Stream<FieldDescriptor> limits() {
    return Limits.getDescriptor().getFields().stream().filter(limit -> !limit.isRepeated());
  }

  static Stream<FieldDescriptor> ofDisks() {
    return IoLimit.getDescriptor().getFields().stream()
        .filter(bound -> !bound.getName().equals("device"));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void tellsEachLimit(FieldDescriptor limit) {
    assertThat(LimitWords.of(Limits.newBuilder().setField(limit, value(limit)).build()))
        .startsWith(name(limit) + " ")
        .doesNotContain(",");
  }

  @ParameterizedTest
  @MethodSource("ofDisks")
  void tellsEachBoundOfADisk(FieldDescriptor bound) {
    IoLimit.Builder alone = IoLimit.newBuilder().setDevice("sda").setField(bound, value(bound));
    assertThat(LimitWords.of(Limits.newBuilder().addIo(alone).build()))
        .startsWith(name(bound) + " sda:")
        .doesNotContain(",");
  }

  @Test
  void tellsThatThereIsNone() {
    assertThat(LimitWords.of(Limits.getDefaultInstance())).isEqualTo("no limits");
  }

  /** As an option has it. */
  private static String name(FieldDescriptor limit) {
    return LimitTerms.of(limit.getName(), "").option().substring("--".length());
  }

  private static Object value(FieldDescriptor limit) {
    return switch (limit.getJavaType()) {
      case INT -> 5;
      case LONG -> 5000L;
      case STRING -> "0";
      case MESSAGE -> duration();
      default -> throw new AssertionError(limit);
    };
  }

  private static Message duration() {
    return Duration.newBuilder().setSeconds(90).build();
  }
}
