package dev.jobd.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Compares jobd with other ways to do the same, each subject in one run. Times depend on the
 * machine; ratios are what to look at.
 */
public final class Main {
  private static final String ALL = "all";

  /** What can be measured alone, by its name in lower case. */
  private enum Subject {
    STARTS(200),
    CAPTURE(5),
    DELIVERY(5),
    LOGS(5),
    DELAY(1),
    FOLLOWERS(9);

    private final int defaultRounds;

    Subject(int defaultRounds) {
      this.defaultRounds = defaultRounds;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private Main() {}

  /**
   * Measures and prints.
   *
   * @param args the distribution's directory; the subject, or {@value #ALL}; how many rounds; how
   *     many MiB of output, where that matters
   */
  public static void main(String[] args) throws Exception {
    Path dist = Path.of(args[0]).toAbsolutePath().normalize();
    String only = args.length > 1 ? args[1] : ALL;
    List<Subject> chosen =
        Arrays.stream(Subject.values())
            .filter(subject -> only.equals(ALL) || only.equals(subject.toString()))
            .toList();
    if (chosen.isEmpty()) {
      System.err.printf(
          "bench: nothing is called '%s'; there are %s%n", only, List.of(Subject.values()));
      System.exit(2);
    }
    for (Subject subject : chosen) {
      int rounds = args.length > 2 ? Integer.parseInt(args[2]) : subject.defaultRounds;
      int mebibytes = args.length > 3 ? Integer.parseInt(args[3]) : 1024;
      measure(subject, dist, rounds, mebibytes);
    }
  }

  private static void measure(Subject subject, Path dist, int rounds, int mebibytes)
      throws Exception {
    Path shim = dist.resolve("libexec/jobd-shim");
    switch (subject) {
      case STARTS -> Launching.measure(shim, rounds);
      case CAPTURE -> Capture.measure(shim, rounds, mebibytes);
      case DELIVERY -> Delivery.measure(dist, rounds, mebibytes);
      case LOGS -> ClientPrograms.measure(dist, rounds, mebibytes);
      case DELAY -> Delay.measure(dist);
      case FOLLOWERS -> Followers.measure(dist, rounds);
    }
  }
}
