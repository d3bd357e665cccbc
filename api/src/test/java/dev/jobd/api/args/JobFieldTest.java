package dev.jobd.api.args;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobFieldTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limits.memory_bytes | must be 1048576 to 1152921504606846976, was 1024"
            + " | --memory must be 1M to 1048576T, was 1K",
        "limits.memory_bytes | must be at least 1, was 0 | --memory must be at least 1, was 0",
        "limits.output_bytes | must be 1 to 1024, was 1025 | --max-output must be 1 to 1K, was"
            + " 1025",
        "limits.cpu_millis | must be 10 to 1000000000, was 1 | --cpus must be 0.01 to 1000000, was"
            + " 0.001",
        "limits.pids | must be 1 to 4194304, was 0 | --pids must be 1 to 4194304, was 0",
        "limits.timeout | must be 1ms to 3650d, was PT0S"
            + " | --timeout must be 1ms to 3650d, was 0s",
        "limits.timeout | must be at most PT1H30M, the maximum here, was PT2H"
            + " | --timeout must be at most 1h30m, the maximum here, was 2h",
        "limits.io | must be at most 16, were 17"
            + " | the number of disks with a bound on reading or writing must be at most 16, were"
            + " 17",
        "limits.cpu_weight | must be 1 to 10000, was 0 | --cpu-weight must be 1 to 10000, was 0",
        "limits.swap_bytes | must be 0 to 1024, was 2048 | --swap must be 0 to 1K, was 2K",
        "limits.io[1].read_bps | must be 4096 to 8192, was 1 | --read-bps must be 4K to 8K, was 1",
        "limits.io[0].write_iops | must be 1 to 9, was 0 | --write-iops must be 1 to 9, was 0",
        "limits.io[0].read_bps | must be given once for each disk: /srv/2048 is sda"
            + " | --read-bps must be given once for each disk: /srv/2048 is sda",
        "limits.memory_bytes | must be at least 2048, which the job uses now, was 1024"
            + " | --memory must be at least 2K, which the job uses now, was 1K",
        "limits.cpu_millis | wrote 100000, read back 50000; ask for another value"
            + " | --cpus wrote 100000, read back 50000; ask for another value",
        "limits.io[0].device | was /x: no such file"
            + " | --read-bps, --write-bps, --read-iops or --write-iops: the device was /x: no such"
            + " file",
        "name | must be 1 to 64 | --name must be 1 to 64",
        "working_directory | must be an absolute path | --workdir must be an absolute path",
        "env[A] | must be short | --env A must be short",
        "labels[a] | must be short | --label a must be short",
        "argv | must hold a command | must hold a command",
        "argv[0] | must not be empty | the command must not be empty",
        "argv[12] | must be short | argument 12 must be short",
        "new.field | must be 1024 | new.field: must be 1024",
      })
  void isNamedByItsOptionInItsUnits(String field, String problem, String words) {
    assertThat(JobField.problem(field, problem)).isEqualTo(words);
  }
}
