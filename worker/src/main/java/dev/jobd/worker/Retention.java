package dev.jobd.worker;

import dev.jobd.worker.model.InvalidSpecException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How ended jobs are kept, and how long. Whatever exceeds one of these bounds goes, what ended
 * first before the rest; a live job never does. An output may go before its job: the verdict stays
 * then, and tells that the output has expired.
 *
 * @param outputAge of an output, from the job's end; at most {@code recordAge}
 * @param recordAge of a job, from its end
 * @param maxJobs that have ended, 1 to {@value #MAX_JOBS}
 * @param maxOutputBytes of all ended jobs' outputs together, as they were printed: neither their
 *     indexes count nor what compression saves; at least 0. A larger output goes when its job ends;
 *     who follows it has it to its end
 * @param compressAfter from a job's end until its output is compressed, in the background, where
 *     that saves something; at least 0; {@code null} for never
 */
public record Retention(
    Duration outputAge,
    Duration recordAge,
    long maxJobs,
    long maxOutputBytes,
    @Nullable Duration compressAfter) {

  /** Shorter, and who waits for a job could find neither output nor verdict. */
  public static final Duration MIN_AGE = Duration.ofSeconds(1);

  public static final Duration MAX_AGE = Duration.ofDays(36_500);
  public static final long MAX_JOBS = 100_000_000;

  /** Most of those who read an output to its end do so before, and without a detour. */
  public static final Duration DEFAULT_COMPRESS_AFTER = Duration.ofMinutes(10);

  /** Two weeks to read an output, a year to ask for a verdict. */
  public static final Retention DEFAULT =
      new Retention(Duration.ofDays(14), Duration.ofDays(365), 1_000_000, 100L << 30);

  /** Outputs are compressed after {@link #DEFAULT_COMPRESS_AFTER}. */
  public Retention(Duration outputAge, Duration recordAge, long maxJobs, long maxOutputBytes) {
    this(outputAge, recordAge, maxJobs, maxOutputBytes, DEFAULT_COMPRESS_AFTER);
  }

  public Retention {
    requireAge("output_age", MIN_AGE, outputAge);
    requireAge("record_age", MIN_AGE, recordAge);
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
    if (compressAfter != null) {
      requireAge("compress_after", Duration.ZERO, compressAfter);
    }
  }

  public Retention withOutputAge(Duration age) {
    return new Retention(age, recordAge, maxJobs, maxOutputBytes, compressAfter);
  }

  public Retention withRecordAge(Duration age) {
    return new Retention(outputAge, age, maxJobs, maxOutputBytes, compressAfter);
  }

  public Retention withMaxJobs(long jobs) {
    return new Retention(outputAge, recordAge, jobs, maxOutputBytes, compressAfter);
  }

  public Retention withMaxOutputBytes(long bytes) {
    return new Retention(outputAge, recordAge, maxJobs, bytes, compressAfter);
  }

  /** Null for never. */
  public Retention withCompressAfter(@Nullable Duration age) {
    return new Retention(outputAge, recordAge, maxJobs, maxOutputBytes, age);
  }

  private static void requireAge(String field, Duration least, Duration age) {
    if (age.compareTo(least) < 0 || age.compareTo(MAX_AGE) > 0) {
      throw new InvalidSpecException(
          field, "must be " + words(least) + " to " + words(MAX_AGE) + ", was " + words(age));
    }
  }

  /** As a configuration takes it, in days where they are whole. */
  private static String words(Duration age) {
    boolean wholeDays = age.toDays() > 0 && age.equals(Duration.ofDays(age.toDays()));
    if (wholeDays) {
      return age.toDays() + "d";
    }
    return age.toMillisPart() == 0 ? age.toSeconds() + "s" : age.toMillis() + "ms";
  }
}
