package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.InvalidSpecException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Retention DEFAULT = Retention.DEFAULT;

  @Test
  void defaultsAreTheContract() {
    assertThat(DEFAULT)
        .isEqualTo(
            new Retention(
                Duration.ofDays(14),
                Duration.ofDays(365),
                1_000_000,
                100L << 30,
                Duration.ofMinutes(10)));
    assertThat(WorkerConfig.of(TestWorker.SHIM, TestWorker.SHIM).retention()).isEqualTo(DEFAULT);
  }

  @Test
  void everyPartIsBounded() {
    assertRefused("output_age", () -> DEFAULT.withOutputAge(Duration.ofMillis(999)));
    assertRefused("record_age", () -> DEFAULT.withRecordAge(Duration.ofDays(36_501)));
    assertRefused("max_jobs", () -> DEFAULT.withMaxJobs(0));
    assertRefused("max_jobs", () -> DEFAULT.withMaxJobs(Retention.MAX_JOBS + 1));
    assertRefused("max_output", () -> DEFAULT.withMaxOutputBytes(-1));
    assertRefused("compress_after", () -> DEFAULT.withCompressAfter(Duration.ofMillis(-1)));
    assertRefused("compress_after", () -> DEFAULT.withCompressAfter(Duration.ofDays(36_501)));
  }

  @Test
  void outputMayBeCompressedAtOnceOrNever() {
    assertThat(DEFAULT.withCompressAfter(Duration.ZERO).compressAfter()).isZero();
    assertThat(DEFAULT.withCompressAfter(null).compressAfter()).isNull();
  }

  @Test
  void anOutputDoesNotOutliveItsRecord() {
    assertThatThrownBy(() -> DEFAULT.withRecordAge(Duration.ofDays(13)))
        .hasMessage(
            "output_age: must not exceed record_age, 13d, was 14d: an output does not outlive its"
                + " record");
  }

  private static void assertRefused(String field, ThrowingCallable construction) {
    assertThatThrownBy(construction)
        .isInstanceOfSatisfying(
            InvalidSpecException.class, e -> assertThat(e.field()).isEqualTo(field));
  }
}
