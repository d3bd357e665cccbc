package dev.jobd.cli.render;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, in columns as wide as their widest cell. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  public Table(List<String> headings) {
    rows.add(headings);
  }

  /** Adds a row with a cell under each heading; an empty cell shows as {@code -}. */
  public void add(List<String> cells) {
    if (cells.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException(cells + " under " + rows.getFirst());
    }
    rows.add(cells.stream().map(c -> c.isEmpty() ? "-" : Printable.escape(c)).toList());
  }

  /** The lines of the table, without a newline at the end. */
  public String render() {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      if (!text.isEmpty()) {
        text.append('\n');
      }
      append(text, row, widths);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> row, int[] widths) {
    int last = row.size() - 1;
    for (int i = 0; i < last; i++) {
      String cell = row.get(i);
      text.append(cell).repeat(" ", widths[i] - width(cell)).append(GAP);
    }
    text.append(row.get(last));
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
