package dev.jobd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.jobd.server.rpc.CallBudget;
import dev.jobd.worker.LimitPolicy;
import dev.jobd.worker.Quotas;
import dev.jobd.worker.Quotas.StartRate;
import dev.jobd.worker.Retention;
import dev.jobd.worker.WorkerConfig;
import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerConfigTest {
  private static final String EVERYTHING =
      """
      # a comment
      listen: "[::1]:1"
      state_dir: /srv/jobd
      pki_dir: /srv/pki
      default_limits:
        cpus: 1.5
        memory: 1G
        pids: 100
        timeout: 1d
        max_output: 10M
      max_limits:
        cpus: 4
        memory: 2G
        pids: 200
        timeout: 2d
        max_output: 20M
      quotas:
        running_jobs: 50
        starts_per_second: 5
        start_burst: 100
        cpus: 8
        memory: 16G
        output: 1G
        total_output: 10G
      retention:
        output_age: 7d
        record_age: 90d
        max_jobs: 5000
        max_output: 20G
        compress_after: 1h
      capacity:
        connections: 300
        output_streams: 200
        output_streams_per_user: 100
      """;

  @TempDir Path directory;

  @Test
  void defaultsAreTheContract() throws Exception {
    ServerConfig config = ServerConfig.DEFAULT;
    assertThat(config.listen()).hasToString("127.0.0.1:24482");
    assertThat(config.stateDirectory()).isEqualTo(Path.of("/var/lib/jobd"));
    assertThat(config.pkiDirectory()).isEqualTo(Path.of("/etc/jobd/pki"));
    assertThat(config.limits()).isEqualTo(LimitPolicy.DEFAULT);
    assertThat(config.retention()).isEqualTo(Retention.DEFAULT);
    assertThat(config.bounds())
        .isEqualTo(
            new ServerConfig.Bounds(
                new ConnectionBounds(
                    4096,
                    2048,
                    128,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(30),
                    256 << 10,
                    64 << 10),
                new CallBounds(
                    128,
                    3 << 19,
                    8 << 10,
                    Duration.ofSeconds(30),
                    new CallBudget.Share("calls", 64, 160),
                    new CallBudget.Share("large requests", 8, 16),
                    new CallBudget.Share("output streams", 512, 2048),
                    new CallBudget.Share("input streams", 64, 256),
                    100),
                Duration.ofSeconds(5)));
    assertThat(ServerConfig.of(ServerSettings.NONE)).isEqualTo(config);
  }

  @Test
  void fileSaysAllThatCanBeSaid() throws Exception {
    ServerConfig config = ServerConfig.of(read(EVERYTHING));
    assertThat(config.listen()).isEqualTo(new ListenAddress("::1", 1));
    assertThat(config.stateDirectory()).isEqualTo(Path.of("/srv/jobd"));
    assertThat(config.pkiDirectory()).isEqualTo(Path.of("/srv/pki"));
    assertThat(config.limits())
        .isEqualTo(
            new LimitPolicy(
                new Limits(1500L, 1L << 30, 100L, Duration.ofDays(1), 10L << 20),
                new Limits(4000L, 2L << 30, 200L, Duration.ofDays(2), 20L << 20),
                new Quotas(50L, new StartRate(5, 100), 8000L, 16L << 30, 1L << 30, 10L << 30)));
    assertThat(config.retention())
        .isEqualTo(
            new Retention(
                Duration.ofDays(7), Duration.ofDays(90), 5000, 20L << 30, Duration.ofHours(1)));
    assertThat(config.bounds())
        .isEqualTo(ServerConfig.Bounds.DEFAULT.withCapacity(new Capacity(300, 200, 100)));
    assertThat(config.bounds().connections().handshakes()).isEqualTo(150);
  }

  @Test
  void whatTheFileLeavesOutStaysAtItsDefault() throws Exception {
    assertThat(ServerConfig.of(read(""))).isEqualTo(ServerConfig.DEFAULT);
    assertThat(ServerConfig.of(read("default_limits:\n  memory: 1G\n")).limits().defaults())
        .isEqualTo(new Limits(null, 1L << 30, WorkerConfig.DEFAULT_LIMITS.pids(), null, null));
    assertThat(ServerConfig.of(read("quotas:\n  starts_per_second: 20\n")).limits().quotas())
        .isEqualTo(
            new Quotas(
                Quotas.DEFAULT.runningJobs(), new StartRate(20, 20), null, null, null, null));
    assertThat(ServerConfig.of(read("retention:\n  max_jobs: 10\n")).retention())
        .isEqualTo(Retention.DEFAULT.withMaxJobs(10));
    assertThat(ServerConfig.of(read("retention:\n  compress_after: never\n")).retention())
        .isEqualTo(Retention.DEFAULT.withCompressAfter(null));
    assertThat(read("capacity:\n  connections: 10\n").capacity())
        .isEqualTo(
            new Capacity(
                10, Capacity.DEFAULT.outputStreams(), Capacity.DEFAULT.outputStreamsPerUser()));
  }

  @Test
  void theDefaultCapacityIsThatOfTheDefaultBounds() {
    assertThat(ServerConfig.Bounds.DEFAULT.withCapacity(Capacity.DEFAULT))
        .isEqualTo(ServerConfig.Bounds.DEFAULT);
  }

  @Test
  void everyLimitHasADefault() throws Exception {
    ServerSettings settings =
        read(
            """
            default_limits:
              cpu_weight: 50
              cpuset: 0-1,3
              nice: 5
              swap: 1G
              read_bps: [10M, "/dev/sda:1M"]
              write_bps: 20M
              read_iops: 100
              write_iops: sda:50
              io_weight: 200
            """);
    assertThat(settings.defaultLimits())
        .isEqualTo(
            Limits.builder()
                .cpuWeight(50L)
                .cpuset(new CpuSet("0-1,3"))
                .nice(5)
                .swapBytes(1L << 30)
                .io(
                    List.of(
                        new IoLimit(null, 10L << 20, 20L << 20, 100L, null),
                        new IoLimit("/dev/sda", 1L << 20, null, null, null),
                        new IoLimit("sda", null, null, null, 50L)))
                .ioWeight(200L)
                .build());
  }

  @Test
  void optionsAreStrongerThanTheFile() throws Exception {
    ServerSettings options =
        new ServerSettings(
            new ListenAddress("h", 2),
            null,
            null,
            Limits.NONE,
            Limits.NONE,
            null,
            null,
            null,
            ConfigPlaces.NONE);
    ServerConfig config = ServerConfig.of(options.orElse(read("listen: x:1\nstate_dir: /srv\n")));
    assertThat(config.listen()).isEqualTo(new ListenAddress("h", 2));
    assertThat(config.stateDirectory()).isEqualTo(Path.of("/srv"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen: a:1\\n"
            + "lisen: b:2 | 2: unknown key 'lisen'; known are capacity, default_limits, listen",
        "listen: a:1\\nlisten: b:2 | 2: listen is said twice",
        "listen: 24482 | 1: listen must be HOST:PORT",
        "listen: [a, b] | 1: listen must be a single value",
        "state_dir: tmp | 1: state_dir must be an absolute path",
        "default_limits: 1 | 1: default_limits must be a mapping",
        "default_limits:\\n  memory: lots | 2: default_limits.memory must be a size",
        "default_limits:\\n  pids: 0 | 2: default_limits.pids must be 1 to",
        "default_limits:\\n  cpuset: a | 2: default_limits.cpuset must be a list of processors",
        "default_limits:\\n"
            + "  read_bps: [1M, 1M] | 2: default_limits.read_bps must be given once for each",
        "default_limits:\\n"
            + "  read_bps: [{}] | 2: default_limits.read_bps must be a value or a list of",
        "default_limits:\\n  read_bps: 1 | 2: default_limits.read_bps must be 4K to 1024T, was 1",
        "default_limits:\\n  disk: 1 | 2: unknown key 'disk'",
        "max_limits:\\n  pids: 0 | 2: max_limits.pids must be 1 to",
        "max_limits:\\n  disk: 1 | 2: unknown key 'disk'",
        "quotas:\\n  jobs: 1 | 2: unknown key 'jobs'; known are cpus, memory, output, running_jobs",
        "quotas:\\n  running_jobs: 0 | 2: quotas.running_jobs must be 1 to 1000000, was 0",
        "quotas:\\n  cpus: 0 | 2: quotas.cpus must be 0.001 to 1000000, was 0",
        "quotas:\\n  memory: lots | 2: quotas.memory must be a size",
        "quotas:\\n  starts_per_second: 0 | 2: quotas.starts_per_second must be 1 to",
        "quotas:\\n  start_burst: 5 | 2: quotas.start_burst goes with starts_per_second alone",
        "retention: 1d | 1: retention must be a mapping",
        "retention:\\n"
            + "  age: 1d | 2: unknown key 'age'; known are compress_after, max_jobs, max_output",
        "retention:\\n  compress_after: soon | 2: retention.compress_after must be a time span",
        "retention:\\n"
            + "  compress_after: 99999d | 2: retention.compress_after must be 0s to 36500d, was"
            + " 99999d",
        "retention:\\n  output_age: 1 week | 2: retention.output_age must be a time span",
        "retention:\\n  max_jobs: 0 | 2: retention.max_jobs must be 1 to",
        "retention:\\n  record_age: 1d | 2: retention.output_age must not exceed record_age",
        "capacity: 1 | 1: capacity must be a mapping",
        "capacity:\\n  connections: 0 | 2: capacity.connections must be 1 to 100000, was 0",
        "capacity:\\n  output_streams: 9999999999 | 2: capacity.output_streams must be 1 to",
        "- a | 1: the configuration must be a mapping",
        "listen: 'a | 1: is not YAML",
      })
  void whatIsWrongIsRefusedWithItsLine(String text, String problem) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read(text.replace("\\n", "\n")))
        .withMessageStartingWith(file() + ":" + problem)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_limits: {pids: 10}\\ndefault_limits: {pids: 11} | 2: default_limits.pids must be at"
            + " most 10, the maximum here, was 11",
        "max_limits: {memory: 1G}\\ndefault_limits:\\n  pids: 1\\n  memory: 1536M | 4:"
            + " default_limits.memory must be at most 1G, the maximum here, was 1536M",
        "max_limits:\\n  write_bps: [sda:1M,\\n   sdb:2M]\\ndefault_limits:\\n  write_bps:\\n  -"
            + " sda:1M\\n  - sdb:3M | 7: default_limits.write_bps must be at most 2M, the maximum"
            + " here, was sdb:3M",
        "max_limits:\\n  pids: 1\\n  read_iops: 50 | 3: max_limits.read_iops: the device must be"
            + " there: name each disk that jobs may use (sda:50M), or give default_limits for the"
            + " one of a job's directory",
        "max_limits: {nice: 5} | 1: max_limits.nice must be absent: a nice value only takes from a"
            + " job",
        "quotas: {output: 1G} | 1: quotas.output needs a default_limits.max_output, for jobs that"
            + " ask for none",
        "quotas: {memory: 1G}\\ndefault_limits: {memory: 2G} | 1: quotas.memory must be at least"
            + " what a job gets that asks for nothing, 2G, was 1G: set a lower"
            + " default_limits.memory",
      })
  void whatDoesNotGoTogetherIsRefusedByItsLine(String text, String problem) throws Exception {
    ServerSettings settings = read(text.replace("\\n", "\n"));
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> ServerConfig.of(settings))
        .withMessage(file() + ":" + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cpus: 0.0004 | cpus must be 0.001 to 1000000, was 0.0004",
        "memory: 512K | memory must be 1M to 1048576T, was 512K",
        "max_output: 0 | max_output must be 1 to 1024T, was 0",
        "timeout: 40000d | timeout must be 1ms to 3650d, was 40000d",
        "write_iops: sda:1 | write_iops must be 2 to 1000000000, was sda:1",
        "read_bps: [1M, './x:1M'] | read_bps: the device must be an absolute path"
            + " or the name of a disk, was ./x:1M",
      })
  void aLimitOutOfBoundsIsToldInTheUnitsAndWordsOfTheFile(String entry, String problem) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read("default_limits:\n  " + entry))
        .withMessage(file() + ":2: default_limits." + problem);
  }

  @Test
  void whatTheHostCannotEnforceIsToldByTheSamePlaces() throws Exception {
    ConfigPlaces places =
        read("max_limits:\n  pids: 9\n  read_bps:\n  - sda:1M\n  - /gone:2M\n").places();

    assertThat(
            places.wrong(
                new InvalidSpecException(
                    "max_limits.io[/gone].device", "must be a disk, was /gone: No such file")))
        .hasMessage(
            file() + ":5: max_limits.read_bps: the device must be a disk, was /gone: No such file");
    assertThat(
            places.wrong(
                new InvalidSpecException("max_limits.io[/gone].read_bps", "must be given once")))
        .hasMessage(file() + ":5: max_limits.read_bps must be given once");
    assertThat(places.wrong(new InvalidSpecException("max_limits.io", "cannot be enforced")))
        .hasMessage(file() + ":4: max_limits.read_bps cannot be enforced");
    assertThat(
            places.wrong(
                new InvalidSpecException("max_limits.io[vda].read_bps", "must be at most 1024")))
        .hasMessage(file() + ":4: max_limits.read_bps of vda must be at most 1K");
    assertThat(ConfigPlaces.NONE.wrong(new InvalidSpecException("default_limits.pids", "is odd")))
        .hasMessage("default_limits.pids is odd");
  }

  @Test
  void aMaximumIsStrongerThanWhatIsBuiltIn() throws Exception {
    assertThat(ServerConfig.of(read("max_limits: {pids: 100}")).limits().standard().pids())
        .isEqualTo(100);
  }

  @Test
  void fileThatIsNotThereOrTooLargeIsRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> ConfigFile.read(file()))
        .withMessage("cannot read configuration " + file() + ": No such file or directory");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> ConfigFile.read(Path.of("/tmp")))
        .withMessage("cannot read configuration /tmp: Is a directory");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read("#".repeat((int) ConfigFile.MAX_BYTES + 1)))
        .withMessageContaining("larger than 65536 bytes");
  }

  @Test
  void aFileThatIsNotUtf8IsRefusedByLineAndByte() throws IOException {
    Files.write(file(), "listen: localhost:0\n# für alle\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> ConfigFile.read(file()))
        .withMessage(file() + ":2: is not UTF-8 (byte 0xfc): convert the file to UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:0", "127.0.0.1:24482", "[::1]:65535"})
  void addressIsPrintedAsItIsRead(String text) {
    assertThat(ListenAddress.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host", ":1", "host:", "host:x", "host:-1", "host:65536", "::1:1"})
  void addressThatIsNoneIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ListenAddress.parse(text))
        .withMessageContaining("must be HOST:PORT");
  }

  private Path file() {
    return directory.resolve("jobd.yaml");
  }

  private ServerSettings read(String text) throws IOException, ConfigException {
    return ConfigFile.read(Files.writeString(file(), text));
  }
}
