package dev.jobd.api.args;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.IoLimit;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.UpdateLimitsRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestFieldTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec.limits.memory_bytes | must be at least 1024 | --memory must be at least 1K",
        "spec.name | must be short | --name must be short",
        "job | must not be empty | the job must not be empty",
        "request_id | must be short | --request-id must be short",
        "offset | must be at least 0, was -1 | --from must be at least 0, was -1",
        "tail_lines | must be at least 0, was -1 | --tail must be at least 0, was -1",
        "signal | must be 1 to 64, was 0 | --signal must be 1 to 64, was 0",
        "grace | must be 0 to 1 day, was PT48H0.5S | --grace must be 0 to 1 day, was 48h0.5s",
        "owner | must not be empty | --owner must not be empty",
        "created_after | must be a time | --since must be a time",
        "until | must be a time | --until must be a time",
        "labels[a] | must be short | --label a must be short",
        "name | must be short | --name must be short",
        "new.field | must be 1024 | new.field: must be 1024",
      })
  void isNamedByItsOption(String field, String problem, String words) {
    assertThat(RequestField.problem(null, field, problem)).isEqualTo(words);
  }

  @Test
  void aDeviceIsNamedByTheOptionsThatBoundIt() {
    Limits limits =
        Limits.newBuilder()
            .addIo(IoLimit.newBuilder().setDevice("sda").setReadBps(4096))
            .addIo(IoLimit.newBuilder().setDevice("/x").setReadIops(2).setWriteBps(4096))
            .build();
    String words = "--write-bps and --read-iops: the device must be a disk";

    assertThat(
            RequestField.problem(
                StartJobRequest.newBuilder()
                    .setSpec(JobSpec.newBuilder().setLimits(limits))
                    .build(),
                "spec.limits.io[1].device",
                "must be a disk"))
        .isEqualTo(words);
    assertThat(
            RequestField.problem(
                UpdateLimitsRequest.newBuilder().setLimits(limits).build(),
                "limits.io[1].device",
                "must be a disk"))
        .isEqualTo(words);
  }
}
