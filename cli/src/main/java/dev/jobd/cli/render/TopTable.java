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

  /** Of a command, that a narrow window shows so much of at least. */
  private static final int COMMAND_WIDTH = 12;

  private static final String STATUS = "STATUS";
  private static final String MEMORY_LIMIT = "MEM-LIMIT";
  private static final String PIDS = "PIDS";
  private static final String READ = "READ/S";
  private static final String WRITTEN = "WRITE/S";
  private static final String OUTPUT = "OUTPUT/S";

  /** What a narrow window is without, the first first. */
  private static final List<String> DISPENSABLE =
      List.of(OUTPUT, MEMORY_LIMIT, READ, WRITTEN, PIDS, STATUS);

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
   * The table's lines, the headings first, as wide as their cells are.
   *
   * @param before what rates are since; a job that is not in it has none yet
   * @param at what run times are until
   */
  public List<String> lines(List<UsageSample> before, List<UsageSample> now, Instant at) {
    List<Column> columns = columns(at);
    return render(columns, new Table(headings(columns)), rows(before, now));
  }

  /**
   * The same for a window: which columns there are, and where, depends on its width alone and not
   * on what is in them, so that they stay in their places. Beyond it the commands alone reach.
   *
   * @param width of the window, in characters
   */
  public List<String> lines(
      List<UsageSample> before, List<UsageSample> now, Instant at, int width) {
    List<Column> columns = columns(at);
    for (String heading : DISPENSABLE) {
      if (widthBeforeCommand(columns, width) + COMMAND_WIDTH > width) {
        columns.removeIf(column -> column.heading.equals(heading));
      }
    }
    Table table = new Table(headings(columns));
    for (int i = 0; i < columns.size() - 1; i++) {
      table.atLeast(i, columns.get(i).width(width));
      if (!columns.get(i).number) {
        table.atMost(i, columns.get(i).width(width));
      }
    }
    return render(columns, table, rows(before, now));
  }

  private static int widthBeforeCommand(List<Column> columns, int window) {
    return columns.stream()
        .limit(columns.size() - 1)
        .mapToInt(column -> column.width(window) + Table.GAP.length())
        .sum();
  }

  private static List<String> headings(List<Column> columns) {
    return columns.stream().map(Column::heading).toList();
  }

  private static List<Row> rows(List<UsageSample> before, List<UsageSample> now) {
    Map<String, UsageSample> earlier = new HashMap<>();
    before.forEach(sample -> earlier.put(sample.job().getId(), sample));
    return now.stream()
        .map(sample -> Row.of(sample, earlier.get(sample.job().getId())))
        .sorted(busiestFirst())
        .toList();
  }

  private static List<String> render(List<Column> columns, Table table, List<Row> rows) {
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
   * @param least characters that it takes in a window
   * @param share of the window's width that it takes, one in so many; 0 for none
   */
  private record Column(
      String heading, boolean number, int least, int share, Function<Row, @Nullable String> value) {
    @Nullable String cell(Row row) {
      return value.apply(row);
    }

    int width(int window) {
      return share == 0 ? least : Math.max(least, window / share);
    }
  }

  private List<Column> columns(Instant at) {
    List<Column> columns = new ArrayList<>();
    columns.add(
        text(
            "ID",
            ID_CHARS,
            0,
            job -> job.getId().substring(0, Math.min(ID_CHARS, job.getId().length()))));
    columns.add(text("NAME", 8, 6, job -> job.getSpec().getName()));
    if (withOwners) {
      columns.add(text("OWNER", 8, 8, Job::getOwner));
    }
    columns.add(text(STATUS, "starting".length(), 0, StatusWords::of));
    columns.add(number("CPU%", 6, row -> row.cpu == null ? null : Amount.percent(row.cpu)));
    columns.add(number("MEMORY", 6, row -> bytes(row.sample.memoryBytes())));
    columns.add(number(MEMORY_LIMIT, 9, row -> memoryLimit(row.sample.job())));
    columns.add(number(PIDS, 5, row -> text(row.sample.pids())));
    columns.add(number(READ, 6, row -> bytes(row.read)));
    columns.add(number(WRITTEN, 7, row -> bytes(row.written)));
    columns.add(number(OUTPUT, 8, row -> bytes(row.output)));
    columns.add(number("TIME", 7, row -> runTime(row.sample.job(), at)));
    columns.add(text("COMMAND", COMMAND_WIDTH, 0, JobTable::command));
    return columns;
  }

  private static Column text(String heading, int least, int share, Function<Job, String> value) {
    return new Column(heading, false, least, share, row -> value.apply(row.sample.job()));
  }

  private static Column number(String heading, int least, Function<Row, @Nullable String> value) {
    return new Column(heading, true, least, 0, value);
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
