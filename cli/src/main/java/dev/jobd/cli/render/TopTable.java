package dev.jobd.cli.render;

import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Live jobs and what they use as a table, the one that computes most first. */
public final class TopTable {
  /** Of an id: enough to tell jobs on a screen apart, and for every command to take. */
  private static final int ID_CHARS = 8;

  private static final double NANOS_PER_SECOND = 1e9;

  private final boolean withOwners;

  public TopTable(boolean withOwners) {
    this.withOwners = withOwners;
  }

  /**
   * One job between two samples; {@code null} is what is not known.
   *
   * @param cpu processors that it kept busy, 1 being one
   */
  private record Row(
      UsageSample sample,
      @Nullable Double cpu,
      @Nullable Double read,
      @Nullable Double written,
      @Nullable Double output) {

    static Row of(UsageSample now, @Nullable UsageSample before) {
      Double cpuNanos = now.rateSince(before, UsageSample::cpuNanos);
      return new Row(
          now,
          cpuNanos == null ? null : Double.valueOf(cpuNanos / NANOS_PER_SECOND),
          now.rateSince(before, UsageSample::readBytes),
          now.rateSince(before, UsageSample::writtenBytes),
          now.rateSince(before, UsageSample::outputBytes));
    }
  }

  /**
   * The table's lines, the headings first.
   *
   * @param before what rates are since; a job that is not in it has none yet
   * @param at what run times are until
   */
  public List<String> lines(List<UsageSample> before, List<UsageSample> now, Instant at) {
    Map<String, UsageSample> earlier = new HashMap<>();
    before.forEach(sample -> earlier.put(sample.job().getId(), sample));
    List<Row> rows =
        now.stream()
            .map(sample -> Row.of(sample, earlier.get(sample.job().getId())))
            .sorted(busiestFirst())
            .toList();
    List<Column> columns =
        columns(at).stream().filter(c -> !c.optional || c.isKnownOfAny(rows)).toList();
    Table table = new Table(columns.stream().map(Column::heading).toList());
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).number) {
        table.alignRight(i);
      }
    }
    for (Row row : rows) {
      table.add(columns.stream().map(c -> Objects.requireNonNullElse(c.cell(row), "")).toList());
    }
    return table.render().lines().toList();
  }

  private static Comparator<Row> busiestFirst() {
    return Comparator.<Row>comparingDouble(row -> orZero(row.cpu))
        .thenComparingDouble(row -> orZero(row.sample.memoryBytes()))
        .reversed()
        .thenComparing(row -> row.sample.job().getId());
  }

  private static double orZero(@Nullable Number number) {
    return number == null ? 0 : number.doubleValue();
  }

  /**
   * @param optional whether it is left out where it has nothing to tell of any job
   */
  private record Column(
      String heading, boolean number, boolean optional, Function<Row, @Nullable String> value) {
    @Nullable String cell(Row row) {
      return value.apply(row);
    }

    boolean isKnownOfAny(List<Row> rows) {
      return rows.stream().anyMatch(row -> cell(row) != null);
    }
  }

  private List<Column> columns(Instant at) {
    List<Column> columns = new ArrayList<>();
    columns.add(
        text("ID", job -> job.getId().substring(0, Math.min(ID_CHARS, job.getId().length()))));
    columns.add(text("NAME", job -> job.getSpec().getName()));
    if (withOwners) {
      columns.add(text("OWNER", Job::getOwner));
    }
    columns.add(text("STATUS", StatusWords::of));
    columns.add(number("CPU%", row -> row.cpu == null ? null : Amount.percent(row.cpu)));
    columns.add(number("MEMORY", row -> bytes(row.sample.memoryBytes())));
    columns.add(optional("LIMIT", row -> memoryLimit(row.sample.job())));
    columns.add(number("PIDS", row -> text(row.sample.pids())));
    columns.add(optional("READ/S", row -> bytes(row.read)));
    columns.add(optional("WRITE/S", row -> bytes(row.written)));
    columns.add(number("OUTPUT/S", row -> bytes(row.output)));
    columns.add(number("TIME", row -> runTime(row.sample.job(), at)));
    columns.add(text("COMMAND", JobTable::command));
    return columns;
  }

  private static Column text(String heading, Function<Job, String> value) {
    return new Column(heading, false, false, row -> value.apply(row.sample.job()));
  }

  private static Column number(String heading, Function<Row, @Nullable String> value) {
    return new Column(heading, true, false, value);
  }

  private static Column optional(String heading, Function<Row, @Nullable String> value) {
    return new Column(heading, true, true, value);
  }

  private static @Nullable String bytes(@Nullable Number bytes) {
    return bytes == null ? null : Amount.bytes(bytes.doubleValue());
  }

  private static @Nullable String text(@Nullable Long count) {
    return count == null ? null : count.toString();
  }

  private static @Nullable String memoryLimit(Job job) {
    return job.getSpec().getLimits().hasMemoryBytes()
        ? Amount.bytes((double) job.getSpec().getLimits().getMemoryBytes())
        : null;
  }

  /** Clocks may differ: a job that starts later than now has just started. */
  private static @Nullable String runTime(Job job, Instant at) {
    if (!job.hasStartTime()) {
      return null;
    }
    Timestamp start = job.getStartTime();
    Duration time =
        Duration.between(Instant.ofEpochSecond(start.getSeconds(), start.getNanos()), at);
    return Amount.time(time.isNegative() ? Duration.ZERO : time);
  }
}
