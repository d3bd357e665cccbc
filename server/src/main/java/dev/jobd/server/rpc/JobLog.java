package dev.jobd.server.rpc;

import dev.jobd.api.args.LimitTerms;
import dev.jobd.server.auth.Caller;
import dev.jobd.worker.Job;
import dev.jobd.worker.JobObserver;
import dev.jobd.worker.LimitChange;
import dev.jobd.worker.LimitsUnsettledException;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Text;
import dev.jobd.worker.model.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * What becomes of jobs, and by whom, in the server's log: a line each, at INFO, and at WARN where a
 * job is lost, or has limits that are open. Of what runs a line has the program's name alone:
 * arguments and environment may hold secrets. Each line bears a marker with the name of the user
 * whose doing it is: a job's start and end are its owner's.
 */
public final class JobLog implements JobObserver {
  /** Has a budget of its own. */
  public static final String NAME = "dev.jobd.Jobs";

  private static final int MAX_PROGRAM_LENGTH = 128;
  private static final double MILLIS = 1000;

  /** What is forgotten is logged once more. */
  private static final int MAX_STOPS = 4096;

  private final Logger log = LoggerFactory.getLogger(NAME);

  /** The last stop of each job that was asked to end, the oldest first. */
  private final SequencedMap<JobId, StopRequest> stops = new LinkedHashMap<>();

  @Override
  public void started(JobRecord job) {
    String program = job.spec().argv().getFirst();
    String shown =
        program.length() <= MAX_PROGRAM_LENGTH
            ? program
            : program.substring(0, MAX_PROGRAM_LENGTH) + "…";
    info(job.owner().name(), job, "started: " + shown);
  }

  /** Asked for once more as it was, it is no news. */
  @Override
  public void stopAsked(JobRecord job, StopRequest request) {
    if (!isNew(job.id(), request)) {
      return;
    }
    String grace = request.grace().isZero() ? "" : ", killed after " + words(request.grace());
    String how = "signal " + request.signal() + grace;
    info(request.by(), job, "is stopped by " + request.by() + ": " + how);
  }

  private boolean isNew(JobId job, StopRequest request) {
    synchronized (stops) {
      boolean isNew = !request.equals(stops.put(job, request));
      if (stops.size() > MAX_STOPS) {
        stops.pollFirstEntry();
      }
      return isNew;
    }
  }

  private void forgetStop(JobId job) {
    synchronized (stops) {
      stops.remove(job);
    }
  }

  @Override
  public void ended(JobRecord job) {
    forgetStop(job.id());
    if (job.state() instanceof JobState.Ended ended) {
      String end = "ended" + after(ended) + ": " + words(job, ended.verdict());
      if (ended.verdict() instanceof Verdict.Lost) {
        warn(job.owner().name(), job, end);
      } else {
        info(job.owner().name(), job, end);
      }
    }
  }

  /** A running job has other limits. */
  void limited(Caller caller, Job job, LimitChange change) {
    info(caller.user(), job.record(), "is limited by " + caller.user() + ": " + words(change));
  }

  /** A running job may have other limits, in part; the worker logs why, or how that ends. */
  void limitsUnsettled(Caller caller, JobRecord job, LimitsUnsettledException unsettled) {
    String changes = unsettled.change().map(change -> ": " + words(change)).orElse("");
    warn(caller.user(), job, "may be limited in part by " + caller.user() + changes);
  }

  /** An ended job is gone, and its output. */
  void deleted(Caller caller, JobRecord job) {
    info(caller.user(), job, "is deleted by " + caller.user());
  }

  private void info(String user, JobRecord job, String what) {
    log.info(by(user), line(job, what));
  }

  private void warn(String user, JobRecord job, String what) {
    log.warn(by(user), line(job, what));
  }

  /** Detached: the factory would keep all others for ever. */
  private static Marker by(String user) {
    return MarkerFactory.getDetachedMarker(onOneLine(user));
  }

  private static String line(JobRecord job, String what) {
    String name = job.spec().name() == null ? "" : " (" + job.spec().name() + ")";
    return onOneLine("job " + job.id() + name + " of " + job.owner() + " " + what);
  }

  private static String onOneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().map(c -> Text.disturbsALine(c) ? '?' : c).forEach(line::appendCodePoint);
    return line.toString();
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

  private static String words(LimitChange change) {
    return String.join(", ", changes(change.from(), change.to()));
  }

  /** Those limits alone that differ, as an option has them. */
  static List<String> changes(Limits from, Limits to) {
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
