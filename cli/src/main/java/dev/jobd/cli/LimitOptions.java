package dev.jobd.cli;

import com.google.protobuf.Duration;
import dev.jobd.api.args.IoOptions;
import dev.jobd.api.args.Quantity;
import dev.jobd.api.v1.IoLimit;
import dev.jobd.api.v1.Limits;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** How the bounds on a job are written. */
final class LimitOptions {
  static final String FIXED_WORDS =
      "--nice, --timeout and --max-output stay those of the job's start; the others can be changed,"
          + " --cpuset where the job has one";

  private static final List<OptionSpec> FIXED =
      List.of(
          Options.value("N", "Nice value of the command, 0 to 19", "--nice"),
          Options.value("TIME", "Run time, like 1h, then it is killed", "--timeout"),
          Options.value("SIZE", "Output that is kept, like 1G", "--max-output"));

  private LimitOptions() {}

  /** All that a new job may have. */
  static void addTo(CommandSpec spec) {
    addChangeableTo(spec);
    addFixedTo(spec, false);
  }

  /**
   * Those that a job has from its start on.
   *
   * @param hidden whether help leaves them out: they are only there to be refused with the reason
   */
  static void addFixedTo(CommandSpec spec, boolean hidden) {
    for (OptionSpec option : FIXED) {
      spec.addOption(OptionSpec.builder(option).hidden(hidden).build());
    }
  }

  /** Refuses limits that no running job can be given. */
  static void refuseFixed(Arguments arguments) throws CommandFailure {
    for (OptionSpec option : FIXED) {
      if (arguments.has(option.longestName())) {
        throw CommandFailure.usage(
            option.longestName() + " cannot be changed while a job runs; " + FIXED_WORDS);
      }
    }
  }

  /** Those that a running job may be given others of. */
  static void addChangeableTo(CommandSpec spec) {
    spec.addOption(Options.value("CORES", "Processor time, like 0.5", "--cpus"))
        .addOption(
            Options.value(
                "N",
                "Share of the processors where jobs compete: 1 to 10000, others have 100",
                "--cpu-weight"))
        .addOption(Options.value("LIST", "Processors to run on, like 0-1,3", "--cpuset"))
        .addOption(Options.value("SIZE", "Memory, like 256M", "--memory"))
        .addOption(
            Options.value(
                "SIZE", "Swap beside the memory; 0 without this. Needs --memory", "--swap"))
        .addOption(Options.value("N", "Processes and threads", "--pids"))
        .addOption(rate("SIZE", "Bytes read a second, like 10M", IoOptions.Option.READ_BPS))
        .addOption(rate("SIZE", "Bytes written a second", IoOptions.Option.WRITE_BPS))
        .addOption(rate("N", "Reads a second", IoOptions.Option.READ_IOPS))
        .addOption(rate("N", "Writes a second", IoOptions.Option.WRITE_IOPS))
        .addOption(
            Options.value("N", "Share of disks' time, as that of the processors", "--io-weight"));
  }

  private static OptionSpec rate(String value, String description, IoOptions.Option option) {
    return Options.values(
        "[DEVICE:]" + value,
        description + ", of this disk or that of the working directory",
        option.option());
  }

  /**
   * The bounds that the command line describes.
   *
   * @throws CommandFailure a usage error
   */
  static Limits read(Arguments arguments) throws CommandFailure {
    Limits.Builder limits = Limits.newBuilder();
    ifGiven(arguments.parsed("--cpus", Quantity::cpuMillis), limits::setCpuMillis);
    ifGiven(arguments.parsed("--cpu-weight", Quantity::count), limits::setCpuWeight);
    ifGiven(arguments.value("--cpuset"), limits::setCpuset);
    ifGiven(arguments.parsed("--nice", Quantity::smallCount), limits::setNice);
    ifGiven(arguments.parsed("--memory", Quantity::bytes), limits::setMemoryBytes);
    ifGiven(arguments.parsed("--swap", Quantity::bytes), limits::setSwapBytes);
    ifGiven(arguments.parsed("--pids", Quantity::count), limits::setPids);
    limits.addAllIo(io(arguments));
    ifGiven(arguments.parsed("--io-weight", Quantity::count), limits::setIoWeight);
    ifGiven(arguments.parsed("--timeout", Quantity::duration), t -> limits.setTimeout(wire(t)));
    ifGiven(arguments.parsed("--max-output", Quantity::bytes), limits::setOutputBytes);
    return limits.build();
  }

  private static List<IoLimit> io(Arguments arguments) throws CommandFailure {
    IoOptions io = new IoOptions();
    for (IoOptions.Option option : IoOptions.Option.values()) {
      try {
        io.add(option, arguments.values(option.option()));
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage(option.option() + " " + e.getMessage());
      }
    }
    return io.limits();
  }

  static Duration wire(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  private static <T> void ifGiven(@Nullable T value, Consumer<T> set) {
    if (value != null) {
      set.accept(value);
    }
  }
}
