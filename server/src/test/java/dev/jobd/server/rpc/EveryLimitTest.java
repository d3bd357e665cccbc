package dev.jobd.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.args.LimitTerms;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each limit that there is: one that is added is forgotten nowhere where they are listed. */
class EveryLimitTest {
  private static final Limits ALL = Samples.SPEC.limits();

  /** What a running job keeps. */
  private static final Set<String> FIXED = Set.of("nice", "timeout", "outputBytes");

  static Stream<String> limits() {
    return names(Limits.class);
  }

  static Stream<String> changeable() {
    return limits().filter(limit -> !limit.equals("io") && !FIXED.contains(limit));
  }

  static Stream<String> ofDisks() {
    return names(IoLimit.class).filter(bound -> !bound.equals("device"));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void goesOverTheWireAndBack(String limit) throws Exception {
    Limits alone = alone(limit);

    assertThat(alone).isNotEqualTo(Limits.NONE);
    assertThat(LimitsWire.read(LimitsWire.write(alone))).isEqualTo(alone);
  }

  @ParameterizedTest
  @MethodSource("ofDisks")
  void ofADiskGoesOverTheWireAndBack(String bound) throws Exception {
    Limits alone = ofDisk(bound);

    assertThat(LimitsWire.read(LimitsWire.write(alone))).isEqualTo(alone);
  }

  @ParameterizedTest
  @MethodSource("changeable")
  void isInTheLogWhereItChanges(String limit) throws Exception {
    assertThat(JobLog.changes(Limits.NONE, alone(limit)))
        .singleElement()
        .asString()
        .startsWith(key(limit) + " from none to ");
  }

  @ParameterizedTest
  @MethodSource("ofDisks")
  void ofADiskIsInTheLogWhereItChanges(String bound) throws Exception {
    assertThat(JobLog.changes(Limits.NONE, ofDisk(bound)))
        .singleElement()
        .asString()
        .startsWith(key(bound) + " of sda from none to ");
  }

  private static Stream<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName);
  }

  private static String key(String limit) {
    String field = limit.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    return LimitTerms.of(field, "").key();
  }

  private static Limits alone(String limit) throws ReflectiveOperationException {
    return record(
        Limits.class,
        other -> other.getAccessor().invoke(other.getName().equals(limit) ? ALL : Limits.NONE));
  }

  private static Limits ofDisk(String bound) throws ReflectiveOperationException {
    IoLimit alone =
        record(
            IoLimit.class,
            other ->
                other.getName().equals("device")
                    ? "sda"
                    : other.getName().equals(bound) ? Long.valueOf(1 << 20) : null);
    return Limits.NONE.withIo(List.of(alone));
  }

  private interface Values {
    @Nullable Object of(RecordComponent component) throws ReflectiveOperationException;
  }

  private static <R extends Record> R record(Class<R> type, Values values)
      throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] arguments = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      arguments[i] = values.of(components[i]);
    }
    return type.getDeclaredConstructor(types).newInstance(arguments);
  }
}
