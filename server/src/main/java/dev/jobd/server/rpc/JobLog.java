package dev.jobd.server.rpc;

import dev.jobd.api.args.LimitTerms;
import dev.jobd.server.auth.Caller;
import dev.jobd.worker.Job;
import dev.jobd.worker.JobObserver;
import dev.jobd.worker.LimitChange;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of jobs, and by whom, in the server's log: a line each, at INFO, and at WARN where a
 * job is lost, or has limits that are open. Of what runs a line has the program's name alone:
 * arguments and environment may hold secrets.
 */
public final class JobLog implements JobObserver {
  /** Has a budget of its own. */
  public static final String NAME = "dev.jobd.Jobs";

  private static final int MAX_PROGRAM_LENGTH = 128;
  private static final double MILLIS = 1000;
  private static final Pattern DISTURBING = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private final Logger log = LoggerFactory.getLogger(NAME);

  @Override
  public void started(JobRecord job) {
    String program = job.spec().argv().getFirst();
    String shown =
        program.length() <= MAX_PROGRAM_LENGTH
            ? program
            : program.substring(0, MAX_PROGRAM_LENGTH) + "…";
    info(job, "started: " + shown);
  }

  @Override
  public void stopAsked(JobRecord job, StopRequest request) {
    String grace = request.grace().isZero() ? "" : ", killed after " + words(request.grace());
    info(job, "is stopped by " + request.by() + ": signal " + request.signal() + grace);
  }

  @Override
  public void ended(JobRecord job) {
    if (job.state() instanceof JobState.Ended ended) {
      String end = "ended" + after(ended) + ": " + words(job, ended.verdict());
      if (ended.verdict() instanceof Verdict.Lost) {
        log.warn(line(job, end));
      } else {
        info(job, end);
      }
    }
  }

  /** A running job has other limits. */
  void limited(Caller caller, Job job, LimitChange change) {
    String changes = String.join(", ", changes(change.from(), change.to()));
    info(job.record(), "is limited by " + caller.user() + ": " + changes);
  }

  /** A running job may have other limits, in part; the worker logs why, or how that ends. */
  void limitsUnsettled(Caller caller, Job job, Limits asked) {
    Limits from = job.spec().limits();
    String changes = String.join(", ", changes(from, asked.orElse(from)));
    log.warn(line(job.record(), "may be limited in part by " + caller.user() + ": " + changes));
  }

  /** An ended job is gone, and its output. */
  void deleted(Caller caller, JobId job) {
    log.info("job {} is deleted by {}", job, caller.user());
  }

  private void info(JobRecord job, String what) {
    log.info(line(job, what));
  }

  private static String line(JobRecord job, String what) {
    String name = job.spec().name() == null ? "" : " (" + job.spec().name() + ")";
    String line = "job " + job.id() + name + " of " + job.owner() + " " + what;
    return DISTURBING.matcher(line).replaceAll("?");
  }

  private static String words(JobRecord job, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Exited(int code) -> "exit code " + code;
      case Verdict.Killed(int signal, Verdict.Cause cause, @Nullable String by) ->
          words(cause) + (by == null ? "" : " by " + by) + " (signal " + signal + ")";
      case Verdict.Failed failed -> "failed " + failed.inWords(job.spec());
      case Verdict.Lost(String reason) -> "lost (" + reason + ")";
    };
  }

  private static String words(Verdict.Cause cause) {
    return switch (cause) {
      case STOP_REQUEST -> "stopped";
      case OUT_OF_MEMORY -> "out of memory";
      case TIMEOUT -> "timed out";
      case OTHER -> "killed";
    };
  }

  private static String after(JobState.Ended ended) {
    return ended.command() == null
        ? ""
        : " after " + words(Duration.between(ended.command().startedAt(), ended.at()));
  }

  /** In seconds, with tenths where they are few. */
  private static String words(Duration time) {
    return time.toSeconds() >= 10
        ? time.toSeconds() + " s"
        : String.format(Locale.ROOT, "%.1f s", time.toMillis() / MILLIS);
  }

  /** Those limits alone that differ, as an option has them. */
  private static List<String> changes(Limits from, Limits to) {
    List<String> changes = new ArrayList<>();
    add(changes, "cpu_millis", "", from.cpuMillis(), to.cpuMillis());
    add(changes, "cpu_weight", "", from.cpuWeight(), to.cpuWeight());
    add(changes, "cpuset", "", from.cpuset(), to.cpuset());
    add(changes, "memory_bytes", "", from.memoryBytes(), to.memoryBytes());
    add(changes, "swap_bytes", "", from.swapBytes(), to.swapBytes());
    add(changes, "pids", "", from.pids(), to.pids());
    for (IoLimit after : to.io()) {
      Optional<IoLimit> before =
          from.io().stream().filter(io -> Objects.equals(io.device(), after.device())).findFirst();
      addRates(changes, before.orElse(null), after);
    }
    add(changes, "io_weight", "", from.ioWeight(), to.ioWeight());
    return changes;
  }

  private static void addRates(List<String> changes, @Nullable IoLimit from, IoLimit to) {
    String disk = " of " + to.device();
    add(changes, "read_bps", disk, from == null ? null : from.readBps(), to.readBps());
    add(changes, "write_bps", disk, from == null ? null : from.writeBps(), to.writeBps());
    add(changes, "read_iops", disk, from == null ? null : from.readIops(), to.readIops());
    add(changes, "write_iops", disk, from == null ? null : from.writeIops(), to.writeIops());
  }

  private static void add(
      List<String> changes, String field, String of, @Nullable Object from, @Nullable Object to) {
    if (!Objects.equals(from, to)) {
      LimitTerms before = LimitTerms.of(field, String.valueOf(from == null ? "none" : from));
      LimitTerms after = LimitTerms.of(field, String.valueOf(to == null ? "none" : to));
      changes.add(before.key() + of + " from " + before.text() + " to " + after.text());
    }
  }
}
