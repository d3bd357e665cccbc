package dev.jobd.server;

import dev.jobd.api.Reasons;
import dev.jobd.api.args.IoOptions;
import dev.jobd.api.args.Quantity;
import dev.jobd.server.rpc.LimitsWire;
import dev.jobd.worker.Quotas;
import dev.jobd.worker.Quotas.StartRate;
import dev.jobd.worker.Retention;
import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The server's configuration in YAML. Strict: what is not known, said twice, or out of its bounds
 * is refused with its line.
 *
 * <pre>
 * listen: 127.0.0.1:24482
 * state_dir: /var/lib/jobd
 * pki_dir: /etc/jobd/pki
 * default_limits:
 *   cpus: 2
 *   memory: 1G
 *   pids: 4096
 *   write_bps: [sda:50M, /srv:20M]
 *   timeout: 1d
 *   max_output: 10G
 * max_limits:
 *   memory: 16G
 * quotas:
 *   running_jobs: 100
 *   starts_per_second: 10
 *   start_burst: 100
 *   cpus: 8
 *   memory: 32G
 *   output: 100G
 *   total_output: 500G
 * retention:
 *   output_age: 14d
 *   record_age: 365d
 *   max_jobs: 1000000
 *   max_output: 100G
 *   compress_after: 10m
 * capacity:
 *   connections: 4096
 *   output_streams: 2048
 *   output_streams_per_user: 512
 * </pre>
 */
final class ConfigFile {
  static final long MAX_BYTES = 64 << 10;

  private static final Set<String> KEYS =
      Set.of(
          "listen",
          "state_dir",
          "pki_dir",
          "default_limits",
          "max_limits",
          "quotas",
          "retention",
          "capacity");
  private static final Set<String> LIMIT_KEYS =
      Set.of(
          "cpus",
          "cpu_weight",
          "cpuset",
          "nice",
          "memory",
          "swap",
          "pids",
          "read_bps",
          "write_bps",
          "read_iops",
          "write_iops",
          "io_weight",
          "timeout",
          "max_output");

  private static final Set<String> QUOTA_KEYS =
      Set.of(
          "running_jobs",
          "starts_per_second",
          "start_burst",
          "cpus",
          "memory",
          "output",
          "total_output");

  private static final Set<String> RETENTION_KEYS =
      Set.of("output_age", "record_age", "max_jobs", "max_output", "compress_after");

  private static final String NEVER = "never";

  private static final Set<String> CAPACITY_KEYS =
      Set.of("connections", "output_streams", "output_streams_per_user");

  private final Path file;

  private ConfigFile(Path file) {
    this.file = file;
  }

  static ServerSettings read(Path file) throws ConfigException {
    return new ConfigFile(file).read();
  }

  private ServerSettings read() throws ConfigException {
    @Nullable Node node = compose(text());
    if (node == null) {
      return ServerSettings.NONE;
    }
    ConfigSection root = ConfigSection.root(file, node, KEYS);
    return new ServerSettings(
        root.scalar("listen", ListenAddress::parse),
        root.scalar("state_dir", ConfigFile::absolutePath),
        root.scalar("pki_dir", ConfigFile::absolutePath),
        limits(root.section("default_limits", LIMIT_KEYS)),
        limits(root.section("max_limits", LIMIT_KEYS)),
        quotas(root.section("quotas", QUOTA_KEYS)),
        retention(root.section("retention", RETENTION_KEYS)),
        capacity(root.section("capacity", CAPACITY_KEYS)),
        root.places());
  }

  private String text() throws ConfigException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(file + ": is larger than " + MAX_BYTES + " bytes");
      }
      return decode(Files.readAllBytes(file));
    } catch (FileSystemException e) {
      throw new ConfigException("cannot read configuration " + Reasons.of(e));
    } catch (IOException e) {
      // From reading, not opening: of a directory, for example.
      throw new ConfigException("cannot read configuration " + file + ": " + Reasons.of(e));
    }
  }

  private String decode(byte[] bytes) throws ConfigException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length); // no byte makes more than one
    if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
      long line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new ConfigException(
          "%s:%d: is not UTF-8 (byte 0x%02x): convert the file to UTF-8"
              .formatted(file, line, in.get()));
    }
    return out.flip().toString();
  }

  private @Nullable Node compose(String text) throws ConfigException {
    try {
      return new Compose(LoadSettings.builder().build()).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new ConfigException(file + ":" + line + ": is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new ConfigException(file + ": is not YAML: " + e.getMessage());
    }
  }

  private static Limits limits(@Nullable ConfigSection section) throws ConfigException {
    if (section == null) {
      return Limits.NONE;
    }
    Limits.Builder limits =
        Limits.builder()
            .cpuMillis(section.scalar("cpus", Quantity::cpuMillis))
            .cpuWeight(section.scalar("cpu_weight", Quantity::count))
            .cpuset(section.scalar("cpuset", CpuSet::new))
            .nice(section.scalar("nice", Quantity::smallCount))
            .memoryBytes(section.scalar("memory", Quantity::bytes))
            .swapBytes(section.scalar("swap", Quantity::bytes))
            .pids(section.scalar("pids", Quantity::count))
            .io(io(section))
            .ioWeight(section.scalar("io_weight", Quantity::count))
            .timeout(section.scalar("timeout", Quantity::duration))
            .outputBytes(section.scalar("max_output", Quantity::bytes));
    try {
      return limits.build();
    } catch (InvalidSpecException e) {
      throw section.wrong(e);
    }
  }

  private static List<IoLimit> io(ConfigSection section) throws ConfigException {
    IoOptions rates = new IoOptions();
    for (IoOptions.Option option : IoOptions.Option.values()) {
      section.scalars(option.key(), text -> rates.add(option, text));
    }
    List<IoLimit> limits = new ArrayList<>();
    for (dev.jobd.api.v1.IoLimit disk : rates.limits()) {
      try {
        limits.addAll(LimitsWire.io(List.of(disk)));
      } catch (InvalidSpecException e) {
        String field = e.field().substring(e.field().lastIndexOf('.') + 1);
        throw section.wrong(
            new InvalidSpecException("io[" + disk.getDevice() + "]." + field, e.problem()));
      }
    }
    return limits;
  }

  private static @Nullable Quotas quotas(@Nullable ConfigSection section) throws ConfigException {
    if (section == null) {
      return null;
    }
    @Nullable Long runningJobs = section.scalar("running_jobs", Quantity::count);
    @Nullable Long perSecond = section.scalar("starts_per_second", Quantity::count);
    @Nullable Long burst = section.scalar("start_burst", Quantity::count);
    @Nullable Long cpuMillis = section.scalar("cpus", Quantity::cpuMillis);
    @Nullable Long memoryBytes = section.scalar("memory", Quantity::bytes);
    @Nullable Long outputBytes = section.scalar("output", Quantity::bytes);
    @Nullable Long totalOutputBytes = section.scalar("total_output", Quantity::bytes);
    try {
      return new Quotas(
          runningJobs != null ? runningJobs : Quotas.DEFAULT.runningJobs(),
          startRate(perSecond, burst),
          cpuMillis,
          memoryBytes,
          outputBytes,
          totalOutputBytes);
    } catch (InvalidSpecException e) {
      throw section.wrong(e);
    }
  }

  private static @Nullable StartRate startRate(@Nullable Long perSecond, @Nullable Long burst) {
    if (perSecond == null && burst != null) {
      throw new InvalidSpecException("start_burst", "goes with starts_per_second alone");
    }
    return perSecond == null ? null : new StartRate(perSecond, burst != null ? burst : perSecond);
  }

  private static @Nullable Retention retention(@Nullable ConfigSection section)
      throws ConfigException {
    if (section == null) {
      return null;
    }
    @Nullable Duration outputAge = section.scalar("output_age", Quantity::duration);
    @Nullable Duration recordAge = section.scalar("record_age", Quantity::duration);
    @Nullable Long maxJobs = section.scalar("max_jobs", Quantity::count);
    @Nullable Long maxOutput = section.scalar("max_output", Quantity::bytes);
    Retention otherwise = Retention.DEFAULT;
    @Nullable Duration compressAfter = compressAfter(section, otherwise.compressAfter());
    try {
      return new Retention(
          outputAge != null ? outputAge : otherwise.outputAge(),
          recordAge != null ? recordAge : otherwise.recordAge(),
          maxJobs != null ? maxJobs : otherwise.maxJobs(),
          maxOutput != null ? maxOutput : otherwise.maxOutputBytes(),
          compressAfter);
    } catch (InvalidSpecException e) {
      throw section.wrong(e);
    }
  }

  private static @Nullable Duration compressAfter(
      ConfigSection section, @Nullable Duration otherwise) throws ConfigException {
    String key = "compress_after";
    if (NEVER.equals(section.scalar(key, text -> text))) {
      return null;
    }
    @Nullable Duration said = section.scalar(key, Quantity::duration);
    return said != null ? said : otherwise;
  }

  private static @Nullable Capacity capacity(@Nullable ConfigSection section)
      throws ConfigException {
    if (section == null) {
      return null;
    }
    @Nullable Integer connections = section.scalar("connections", ConfigFile::number);
    @Nullable Integer streams = section.scalar("output_streams", ConfigFile::number);
    @Nullable Integer perUser = section.scalar("output_streams_per_user", ConfigFile::number);
    Capacity otherwise = Capacity.DEFAULT;
    try {
      return new Capacity(
          connections != null ? connections : otherwise.connections(),
          streams != null ? streams : otherwise.outputStreams(),
          perUser != null ? perUser : otherwise.outputStreamsPerUser());
    } catch (InvalidSpecException e) {
      throw section.wrong(e);
    }
  }

  private static Path absolutePath(String text) {
    if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("must be an absolute path, was '" + text + "'");
    }
    return Path.of(text);
  }

  /** A count where all that do not fit into an int are out of bounds alike. */
  private static int number(String text) {
    return Math.clamp(Quantity.count(text), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }
}
