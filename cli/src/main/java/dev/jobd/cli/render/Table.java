package dev.jobd.cli.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rows under headings, in columns as wide as their widest cell. */
public final class Table {
  static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final Set<Integer> right = new HashSet<>();
  private final int[] least;
  private final int[] most;

  public Table(List<String> headings) {
    rows.add(headings);
    least = new int[headings.size()];
    most = new int[headings.size()];
    Arrays.fill(most, Integer.MAX_VALUE);
  }

  /** Has a column, counted from 0, end where its cells end, as numbers are read. */
  void alignRight(int column) {
    right.add(column);
  }

  /** Has a column, counted from 0, take so many characters at least, whatever its cells need. */
  void atLeast(int column, int characters) {
    least[column] = characters;
  }

  /** Has a column take so many characters at most; a cell that needs more ends with {@code …}. */
  void atMost(int column, int characters) {
    most[column] = characters;
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
    int[] widths = least.clone();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.min(most[i], Math.max(widths[i], width(row.get(i))));
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

  private void append(StringBuilder text, List<String> row, int[] widths) {
    int last = row.size() - 1;
    for (int i = 0; i <= last; i++) {
      String cell = cut(row.get(i), most[i]);
      int room = widths[i] - width(cell);
      if (right.contains(i)) {
        text.repeat(" ", room).append(cell);
      } else {
        text.append(cell).repeat(" ", i < last ? room : 0);
      }
      text.append(i < last ? GAP : "");
    }
  }

  /** {@code text}, or as much of it as goes into so many characters with {@code …} at its end. */
  static String cut(String text, int characters) {
    return width(text) <= characters
        ? text
        : text.substring(0, text.offsetByCodePoints(0, characters - 1)) + "…";
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
