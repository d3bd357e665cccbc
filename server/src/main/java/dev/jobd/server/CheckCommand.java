package dev.jobd.server;

import dev.jobd.server.HostCheck.Finding;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jobd check}: whether this host and configuration can serve, and what is wrong if not. */
@Command(
    name = "check",
    description = "Says what this host can enforce and whether jobd could serve; exit 1 if not.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  private static final int CAN_SERVE = 0;
  private static final int CANNOT_SERVE = 1;

  private final InstantSource clock;
  private final PrintStream out;

  @Mixin private final ConfigOptions options = new ConfigOptions();

  CheckCommand(InstantSource clock, PrintStream out) {
    this.clock = clock;
    this.out = out;
  }

  @Override
  public Integer call() throws ConfigException {
    Logging.install("WARN");
    List<Finding> findings = new HostCheck(options.config(), clock).findings();
    for (Finding finding : findings) {
      out.printf("%-8s %-14s %s%n", word(finding), finding.subject(), finding.words());
    }
    boolean canServe = findings.stream().noneMatch(f -> f.grade() == HostCheck.Grade.PROHIBITS);
    out.println(canServe ? "jobd can serve on this host" : "jobd cannot serve on this host");
    return canServe ? CAN_SERVE : CANNOT_SERVE;
  }

  private static String word(Finding finding) {
    return switch (finding.grade()) {
      case GOOD -> "ok";
      case WARNS -> "warning";
      case PROHIBITS -> "error";
    };
  }
}
