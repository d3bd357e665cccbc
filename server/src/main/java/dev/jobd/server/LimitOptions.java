package dev.jobd.server;

import dev.jobd.api.args.IoOptions;
import dev.jobd.api.args.Quantity;
import dev.jobd.server.rpc.LimitsWire;
import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.Limits;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that bound a job. */
final class LimitOptions {
  @Option(names = "--cpus", paramLabel = "N", description = "Cores, for example 0.5.")
  private @Nullable String cpus;

  @Option(
      names = "--cpu-weight",
      paramLabel = "N",
      description = "Share of the processors where jobs compete: 1 to 10000, others have 100.")
  private @Nullable Long cpuWeight;

  @Option(names = "--cpuset", paramLabel = "LIST", description = "Processors, for example 0-1,3.")
  private @Nullable String cpuset;

  @Option(names = "--nice", paramLabel = "N", description = "Nice value, 0 to 19.")
  private @Nullable Integer nice;

  @Option(names = "--memory", paramLabel = "SIZE", description = "For example 256M.")
  private @Nullable String memory;

  @Option(
      names = "--swap",
      paramLabel = "SIZE",
      description = "Swap beside the memory; 0 without this.")
  private @Nullable String swap;

  @Option(names = "--pids", paramLabel = "N", description = "Processes and threads.")
  private @Nullable Long pids;

  @Option(
      names = "--read-bps",
      paramLabel = "[DEVICE:]SIZE",
      description = "Bytes read a second, of this disk or that of the working directory.")
  private List<String> readBps = List.of();

  @Option(
      names = "--write-bps",
      paramLabel = "[DEVICE:]SIZE",
      description = "Bytes written a second.")
  private List<String> writeBps = List.of();

  @Option(names = "--read-iops", paramLabel = "[DEVICE:]N", description = "Reads a second.")
  private List<String> readIops = List.of();

  @Option(names = "--write-iops", paramLabel = "[DEVICE:]N", description = "Writes a second.")
  private List<String> writeIops = List.of();

  @Option(
      names = "--io-weight",
      paramLabel = "N",
      description = "Share of disks' time, as that of the processors.")
  private @Nullable Long ioWeight;

  @Option(names = "--timeout", paramLabel = "D", description = "For example 500ms, 10s or 1h.")
  private @Nullable String timeout;

  @Option(names = "--max-output", paramLabel = "SIZE", description = "Output kept, for example 1G.")
  private @Nullable String maxOutput;

  /**
   * @throws IllegalArgumentException naming the option, or the field, and what would be right
   */
  Limits limits() {
    return Limits.builder()
        .cpuMillis(parse("--cpus", cpus, Quantity::cpuMillis))
        .cpuWeight(cpuWeight)
        .cpuset(cpuset == null ? null : new CpuSet(cpuset))
        .nice(nice)
        .memoryBytes(parse("--memory", memory, Quantity::bytes))
        .swapBytes(parse("--swap", swap, Quantity::bytes))
        .pids(pids)
        .io(LimitsWire.io(io().limits()))
        .ioWeight(ioWeight)
        .timeout(parse("--timeout", timeout, Quantity::duration))
        .outputBytes(parse("--max-output", maxOutput, Quantity::bytes))
        .build();
  }

  private IoOptions io() {
    IoOptions io = new IoOptions();
    for (IoOptions.Option option : IoOptions.Option.values()) {
      try {
        io.add(
            option,
            switch (option) {
              case READ_BPS -> readBps;
              case WRITE_BPS -> writeBps;
              case READ_IOPS -> readIops;
              case WRITE_IOPS -> writeIops;
            });
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(option.option() + " " + e.getMessage(), e);
      }
    }
    return io;
  }

  private static <T> @Nullable T parse(
      String option, @Nullable String text, Function<String, T> parser) {
    return text == null ? null : read(option, text, parser);
  }

  /**
   * @throws IllegalArgumentException that names the option before the parser's own words
   */
  static <V, T> T read(String option, V given, Function<V, T> parser) {
    try {
      return parser.apply(given);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + " " + e.getMessage(), e);
    }
  }
}
