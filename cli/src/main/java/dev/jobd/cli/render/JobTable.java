package dev.jobd.cli.render;

import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.Job;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Jobs as a table, one a row. */
public final class JobTable {
  /** Characters of a command that are shown; a command may be far longer than a line. */
  private static final int MAX_COMMAND_CHARS = 60;

  private JobTable() {}

  /** The table of {@code jobs}, with their owners if asked for. */
  public static String render(List<Job> jobs, boolean withOwners) {
    List<String> headings = new ArrayList<>(withOwners ? List.of("OWNER") : List.of());
    headings.addAll(List.of("NAME", "ID", "STATUS", "PID", "STARTED", "ENDED", "COMMAND"));
    Table table = new Table(headings);
    for (Job job : jobs) {
      List<String> cells = new ArrayList<>(withOwners ? List.of(job.getOwner()) : List.of());
      cells.add(job.getSpec().getName());
      cells.add(job.getId());
      cells.add(StatusWords.of(job));
      cells.add(job.hasPid() ? Integer.toString(job.getPid()) : "");
      cells.add(job.hasStartTime() ? seconds(job.getStartTime()) : "");
      cells.add(job.hasEndTime() ? seconds(job.getEndTime()) : "");
      cells.add(command(job));
      table.add(cells);
    }
    return table.render();
  }

  /** The table of what {@code jobs} are limited to. */
  public static String renderLimits(List<Job> jobs) {
    Table table = new Table(List.of("NAME", "ID", "LIMITS"));
    for (Job job : jobs) {
      table.add(
          List.of(job.getSpec().getName(), job.getId(), LimitWords.of(job.getSpec().getLimits())));
    }
    return table.render();
  }

  /** What a job answers to: its name, or its id where it has none. */
  public static String handle(Job job) {
    return job.getSpec().getName().isEmpty() ? job.getId() : job.getSpec().getName();
  }

  private static String seconds(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds()).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static String command(Job job) {
    StringBuilder command = new StringBuilder();
    for (String word : job.getSpec().getArgvList()) {
      command.append(command.isEmpty() ? "" : " ").append(word);
      if (command.length() > 2 * MAX_COMMAND_CHARS) {
        break; // whatever these are, there are more than are shown
      }
    }
    return Table.cut(command.toString(), MAX_COMMAND_CHARS);
  }
}
