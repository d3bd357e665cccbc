package dev.jobd.server;

import dev.jobd.api.args.IoOptions;
import dev.jobd.api.args.Quantity;
import dev.jobd.server.rpc.LimitsWire;
import dev.jobd.worker.Quotas;
import dev.jobd.worker.Quotas.StartRate;
import dev.jobd.worker.Retention;
import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The server's configuration in YAML. Strict: what is not known, or said twice, is refused with its
 * line.
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
    @Nullable Node root = compose(text());
    if (root == null) {
      return ServerSettings.NONE;
    }
    Map<String, Node> values = mapping(root, "the configuration", KEYS);
    return new ServerSettings(
        scalar(values, "listen", ListenAddress::parse),
        scalar(values, "state_dir", ConfigFile::absolutePath),
        scalar(values, "pki_dir", ConfigFile::absolutePath),
        limits(values, "default_limits"),
        limits(values, "max_limits"),
        quotas(values.get("quotas")),
        retention(values.get("retention")),
        capacity(values.get("capacity")));
  }

  private String text() throws ConfigException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(file + ": is larger than " + MAX_BYTES + " bytes");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException("cannot read configuration " + Reasons.of(e));
    }
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

  private Limits limits(Map<String, Node> sections, String section) throws ConfigException {
    Node node = sections.get(section);
    if (node == null) {
      return Limits.NONE;
    }
    Map<String, Node> values = mapping(node, section, LIMIT_KEYS);
    Limits.Builder limits =
        Limits.builder()
            .cpuMillis(scalar(values, "cpus", Quantity::cpuMillis))
            .cpuWeight(scalar(values, "cpu_weight", Quantity::count))
            .nice(scalar(values, "nice", Quantity::smallCount))
            .memoryBytes(scalar(values, "memory", Quantity::bytes))
            .swapBytes(scalar(values, "swap", Quantity::bytes))
            .pids(scalar(values, "pids", Quantity::count))
            .ioWeight(scalar(values, "io_weight", Quantity::count))
            .timeout(scalar(values, "timeout", Quantity::duration))
            .outputBytes(scalar(values, "max_output", Quantity::bytes));
    IoOptions io = io(values);
    @Nullable String cpuset = scalar(values, "cpuset", text -> text);
    try {
      return limits
          .cpuset(cpuset == null ? null : new CpuSet(cpuset))
          .io(LimitsWire.io(io.limits()))
          .build();
    } catch (InvalidSpecException e) {
      throw at(node, section.replace("limits", "") + e.getMessage());
    }
  }

  private @Nullable Quotas quotas(@Nullable Node node) throws ConfigException {
    if (node == null) {
      return null;
    }
    Map<String, Node> values = mapping(node, "quotas", QUOTA_KEYS);
    @Nullable Long runningJobs = scalar(values, "running_jobs", Quantity::count);
    @Nullable Long startsPerSecond = scalar(values, "starts_per_second", Quantity::count);
    @Nullable Long startBurst = scalar(values, "start_burst", Quantity::count);
    if (startBurst != null && startsPerSecond == null) {
      throw at(node, "quotas.start_burst: goes with starts_per_second alone");
    }
    @Nullable Long cpuMillis = scalar(values, "cpus", Quantity::cpuMillis);
    @Nullable Long memoryBytes = scalar(values, "memory", Quantity::bytes);
    @Nullable Long outputBytes = scalar(values, "output", Quantity::bytes);
    @Nullable Long totalOutputBytes = scalar(values, "total_output", Quantity::bytes);
    try {
      return new Quotas(
          runningJobs != null ? runningJobs : Quotas.DEFAULT.runningJobs(),
          startsPerSecond == null
              ? null
              : new StartRate(startsPerSecond, startBurst != null ? startBurst : startsPerSecond),
          cpuMillis,
          memoryBytes,
          outputBytes,
          totalOutputBytes);
    } catch (InvalidSpecException e) {
      throw at(node, String.valueOf(e.getMessage()));
    }
  }

  private IoOptions io(Map<String, Node> values) throws ConfigException {
    IoOptions io = new IoOptions();
    for (IoOptions.Option option : IoOptions.Option.values()) {
      List<String> rates = scalars(values, option.key());
      try {
        io.add(option, rates);
      } catch (IllegalArgumentException e) {
        throw at(
            Objects.requireNonNull(values.get(option.key())), option.key() + " " + e.getMessage());
      }
    }
    return io;
  }

  private @Nullable Retention retention(@Nullable Node node) throws ConfigException {
    if (node == null) {
      return null;
    }
    Map<String, Node> values = mapping(node, "retention", RETENTION_KEYS);
    @Nullable Duration outputAge = scalar(values, "output_age", Quantity::duration);
    @Nullable Duration recordAge = scalar(values, "record_age", Quantity::duration);
    @Nullable Long maxJobs = scalar(values, "max_jobs", Quantity::count);
    @Nullable Long maxOutput = scalar(values, "max_output", Quantity::bytes);
    Retention otherwise = Retention.DEFAULT;
    try {
      return new Retention(
          outputAge != null ? outputAge : otherwise.outputAge(),
          recordAge != null ? recordAge : otherwise.recordAge(),
          maxJobs != null ? maxJobs : otherwise.maxJobs(),
          maxOutput != null ? maxOutput : otherwise.maxOutputBytes(),
          compressAfter(values, otherwise.compressAfter()));
    } catch (InvalidSpecException e) {
      throw at(node, "retention." + e.getMessage());
    }
  }

  private @Nullable Duration compressAfter(Map<String, Node> values, @Nullable Duration otherwise)
      throws ConfigException {
    String key = "compress_after";
    if (values.get(key) instanceof ScalarNode scalar && scalar.getValue().equals(NEVER)) {
      return null;
    }
    @Nullable Duration said = scalar(values, key, Quantity::duration);
    return said != null ? said : otherwise;
  }

  private @Nullable Capacity capacity(@Nullable Node node) throws ConfigException {
    if (node == null) {
      return null;
    }
    Map<String, Node> values = mapping(node, "capacity", CAPACITY_KEYS);
    @Nullable Integer connections = scalar(values, "connections", ConfigFile::number);
    @Nullable Integer streams = scalar(values, "output_streams", ConfigFile::number);
    @Nullable Integer perUser = scalar(values, "output_streams_per_user", ConfigFile::number);
    Capacity otherwise = Capacity.DEFAULT;
    try {
      return new Capacity(
          connections != null ? connections : otherwise.connections(),
          streams != null ? streams : otherwise.outputStreams(),
          perUser != null ? perUser : otherwise.outputStreamsPerUser());
    } catch (InvalidSpecException e) {
      throw at(node, "capacity." + e.getMessage());
    }
  }

  private Map<String, Node> mapping(Node node, String what, Set<String> known)
      throws ConfigException {
    if (!(node instanceof MappingNode mapping)) {
      throw at(node, what + " must be a mapping");
    }
    Map<String, Node> values = new HashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
      if (!known.contains(key)) {
        throw at(
            entry.getKeyNode(),
            "unknown key '" + key + "'; known are " + String.join(", ", new TreeSet<>(known)));
      }
      if (values.put(key, entry.getValueNode()) != null) {
        throw at(entry.getKeyNode(), key + " is said twice");
      }
    }
    return values;
  }

  private <T> @Nullable T scalar(Map<String, Node> values, String key, Function<String, T> parser)
      throws ConfigException {
    Node node = values.get(key);
    if (node == null) {
      return null;
    }
    if (!(node instanceof ScalarNode scalar)) {
      throw at(node, key + " must be a single value");
    }
    try {
      return parser.apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      throw at(node, key + " " + e.getMessage());
    }
  }

  /** The values of a key that has one or a list of them. */
  private List<String> scalars(Map<String, Node> values, String key) throws ConfigException {
    if (!(values.get(key) instanceof SequenceNode list)) {
      String single = scalar(values, key, text -> text);
      return single == null ? List.of() : List.of(single);
    }
    List<String> texts = new ArrayList<>();
    for (Node item : list.getValue()) {
      if (!(item instanceof ScalarNode scalar)) {
        throw at(item, key + " must be a value or a list of values");
      }
      texts.add(scalar.getValue());
    }
    return texts;
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

  private ConfigException at(Node node, String problem) {
    int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    return new ConfigException(file + ":" + line + ": " + problem);
  }
}
