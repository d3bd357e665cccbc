package dev.jobd.cli;

import dev.jobd.api.args.Quantity;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.cli.render.Console;
import dev.jobd.cli.render.JobTable;
import dev.jobd.cli.render.LinePrinter;
import dev.jobd.cli.render.LineStyle;
import dev.jobd.cli.render.OutputPrinter;
import dev.jobd.cli.render.Printable;
import dev.jobd.cli.render.RawPrinter;
import dev.jobd.cli.render.StreamTargets;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Prints a job's output, as it comes. */
final class LogsCommand implements Command {
  private static final String JSON = "json";

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Options.command(this, "Prints a job's output until the job has ended", "logs", "stream")
            .addOption(
                Options.value(
                    "STREAM",
                    "stdout, stderr or all. One alone goes to standard output;"
                        + " of all, each goes to the one of its name",
                    "-s",
                    "--stream"))
            .addOption(
                Options.flag(
                    "Goes on until the job has ended, as it does by default", "-f", "--follow"))
            .addOption(Options.flag("Ends with what is there now", "--no-follow"))
            .addOption(
                Options.value("N", "Only the last N lines, and what follows them", "-n", "--tail"))
            .addOption(Options.value("WHEN", "Only what was printed from then on", TimeSpan.SINCE))
            .addOption(Options.value("WHEN", "Only what was printed before then", TimeSpan.UNTIL))
            .addOption(
                Options.value("OFFSET", "The first byte, counted over both streams", "--from"))
            .addOption(Options.flag("Each line's time in front of it", "-t", "--timestamps"))
            .addOption(
                Options.value(
                    "FORMAT",
                    "raw: the bytes as they are; prefixed: each line after its stream's name;"
                        + " json: a record for each line, as with -o json",
                    "--format"));
    JobReferences.addTo(spec, "JOB");
    return spec;
  }

  @Override
  public int run(Invocation invocation) throws CommandFailure, IOException, InterruptedException {
    Arguments arguments = invocation.arguments();
    String reference = JobReferences.single(invocation);
    Streams streams = streams(arguments.value("--stream"));
    StreamOutputRequest.Builder request = request(streams, invocation);
    OutputPrinter printer = printer(streams, invocation);
    Connection connection = invocation.connection();
    String operation = OutputFrames.operation(reference);
    if (request.getOffset() == 0) {
      request.setJob(JobReferences.fix(reference, operation, connection));
    } else {
      Job job = StatusCommand.getWithUsage(reference, operation, connection);
      request.setJob(job.getId());
      sayWhereBeyond(job, request.getOffset(), invocation.console());
    }
    try (OutputFrames frames = connection.output(request.build(), reference)) {
      frames.printTo(printer);
    }
    return ExitCode.OK;
  }

  private static void sayWhereBeyond(Job job, long from, Console console) throws IOException {
    if (from > job.getOutputBytes()) {
      console.say(
          "--from %d is beyond the output, which has %d bytes so far"
              .formatted(from, job.getOutputBytes()));
    }
  }

  /** What is asked for, of a job that is yet to be named. */
  private static StreamOutputRequest.Builder request(Streams streams, Invocation invocation)
      throws CommandFailure, IOException {
    Arguments arguments = invocation.arguments();
    if (arguments.has("--follow") && arguments.has("--no-follow")) {
      throw CommandFailure.usage(
          "--follow and --no-follow contradict each other: give one of them");
    }
    StreamOutputRequest.Builder request =
        StreamOutputRequest.newBuilder().setFollow(!arguments.has("--no-follow"));
    if (streams != Streams.ALL) {
      request.addStreams(streams.wire);
    }
    Long from = arguments.parsed("--from", Quantity::count);
    if (from != null) {
      request.setOffset(from);
    }
    Long tail = arguments.parsed("--tail", Quantity::count);
    if (tail != null) {
      request.setTailLines(tail);
    }
    TimeSpan time = TimeSpan.of(invocation);
    time.ifBegins(request::setSince);
    time.ifEnds(request::setUntil);
    return request;
  }

  /** Whether {@code --logs} was given to another command. */
  static boolean askedFor(Invocation invocation) throws CommandFailure {
    boolean logs = invocation.arguments().has("--logs");
    if (logs && invocation.format() == OutputFormat.JSON) {
      throw CommandFailure.usage("--logs prints bytes, which do not go into one JSON document");
    }
    return logs;
  }

  /**
   * Prints all output that is there, as it is.
   *
   * @param several whether others' is printed, too, so that each needs a heading
   */
  static void printSoFar(Job job, boolean several, Invocation invocation)
      throws CommandFailure, IOException, InterruptedException {
    StreamOutputRequest request = StreamOutputRequest.newBuilder().setJob(job.getId()).build();
    Console console = invocation.console();
    String handle = JobTable.handle(job);
    if (several) {
      console.heading(Printable.escape(handle));
    }
    try (OutputFrames frames = invocation.connection().output(request, handle)) {
      frames.printTo(new RawPrinter(console, StreamTargets.split(console)));
    }
  }

  private static OutputPrinter printer(Streams streams, Invocation invocation)
      throws CommandFailure {
    Arguments arguments = invocation.arguments();
    Console console = invocation.console();
    String given = format(invocation);
    boolean times = arguments.has("--timestamps");
    StreamTargets targets =
        streams == Streams.ALL ? StreamTargets.split(console) : StreamTargets.joined(console);
    return switch (given == null ? "raw" : given) {
      case "raw" ->
          times
              ? LinePrinter.prefixed(console, targets, new LineStyle(false, true, false, false))
              : new RawPrinter(console, targets);
      case "prefixed" ->
          LinePrinter.prefixed(
              console,
              StreamTargets.joined(console),
              new LineStyle(true, times, console.isTerminal(), invocation.colours()));
      case JSON -> LinePrinter.json(console.out());
      default ->
          throw CommandFailure.usage("--format must be raw, prefixed or json, was '" + given + "'");
    };
  }

  /** As {@code --format} says, or {@code -o json}; {@code null} where neither does. */
  private static @Nullable String format(Invocation invocation) throws CommandFailure {
    String format = invocation.arguments().value("--format");
    OutputFormat output = invocation.format();
    if (output == null) {
      return format;
    }
    if (output != OutputFormat.JSON) {
      throw CommandFailure.usage(
          "output is no table and no names: of -o, only json goes with logs");
    }
    if (format != null && !format.equals(JSON)) {
      throw CommandFailure.usage(
          "-o json and --format " + format + " contradict each other: give one of them");
    }
    return JSON;
  }

  private static Streams streams(@Nullable String given) throws CommandFailure {
    return switch (given) {
      case null -> Streams.ALL;
      case "all" -> Streams.ALL;
      case "stdout" -> Streams.STDOUT;
      case "stderr" -> Streams.STDERR;
      default ->
          throw CommandFailure.usage("--stream must be stdout, stderr or all, was '" + given + "'");
    };
  }

  private enum Streams {
    ALL(OutputStream.OUTPUT_STREAM_UNSPECIFIED),
    STDOUT(OutputStream.OUTPUT_STREAM_STDOUT),
    STDERR(OutputStream.OUTPUT_STREAM_STDERR);

    private final OutputStream wire;

    Streams(OutputStream wire) {
      this.wire = wire;
    }
  }
}
