package dev.jobd.worker;

import dev.jobd.worker.model.InvalidSpecException;
import java.time.Duration;

/**
 * How long ended jobs are kept. Whatever exceeds one of these bounds goes, what ended first before
 * the rest; a live job never does. An output may go before its job: the verdict stays then, and
 * tells that the output has expired.
 *
 * @param outputAge of an output, from the job's end; at most {@code recordAge}
 * @param recordAge of a job, from its end
 * @param maxJobs that have ended, 1 to {@value #MAX_JOBS}
 * @param maxOutputBytes of all ended jobs' outputs together, without their indexes; at least 0. A
 *     larger output goes when its job ends; who follows it has it to its end
 */
public record Retention(Duration outputAge, Duration recordAge, long maxJobs, long maxOutputBytes) {

  /** Shorter, and who waits for a job could find neither output nor verdict. */
  public static final Duration MIN_AGE = Duration.ofSeconds(1);

  public static final Duration MAX_AGE = Duration.ofDays(36_500);
  public static final long MAX_JOBS = 100_000_000;

  /** Two weeks to read an output, a year to ask for a verdict. */
  public static final Retention DEFAULT =
      new Retention(Duration.ofDays(14), Duration.ofDays(365), 1_000_000, 100L << 30);

  public Retention {
    requireAge("output_age", outputAge);
    requireAge("record_age", recordAge);
    if (outputAge.compareTo(recordAge) > 0) {
      throw new InvalidSpecException(
          "output_age",
          "must not exceed record_age, "
              + words(recordAge)
              + ", was "
              + words(outputAge)
              + ": an output does not outlive its record");
    }
    if (maxJobs < 1 || maxJobs > MAX_JOBS) {
      throw new InvalidSpecException("max_jobs", "must be 1 to " + MAX_JOBS + ", was " + maxJobs);
    }
    if (maxOutputBytes < 0) {
      throw new InvalidSpecException("max_output", "must be at least 0, was " + maxOutputBytes);
    }
  }

  public Retention withOutputAge(Duration age) {
    return new Retention(age, recordAge, maxJobs, maxOutputBytes);
  }

  public Retention withRecordAge(Duration age) {
    return new Retention(outputAge, age, maxJobs, maxOutputBytes);
  }

  public Retention withMaxJobs(long jobs) {
    return new Retention(outputAge, recordAge, jobs, maxOutputBytes);
  }

  public Retention withMaxOutputBytes(long bytes) {
    return new Retention(outputAge, recordAge, maxJobs, bytes);
  }

  private static void requireAge(String field, Duration age) {
    if (age.compareTo(MIN_AGE) < 0 || age.compareTo(MAX_AGE) > 0) {
      throw new InvalidSpecException(
          field, "must be " + words(MIN_AGE) + " to " + words(MAX_AGE) + ", was " + words(age));
    }
  }

  /** In days where they are whole: those of {@link Duration} itself end at hours. */
  private static String words(Duration age) {
    boolean wholeDays = age.toDays() > 0 && age.equals(Duration.ofDays(age.toDays()));
    return wholeDays ? age.toDays() + " d" : age.toMillis() + " ms";
  }
}
