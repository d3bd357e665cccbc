package dev.jobd.cli.render;

import java.util.List;

/** Lines as a terminal shows them from its upper left corner on, in the place of what was there. */
public final class Picture {
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_REST = "\u001b[J";

  private Picture() {}

  /** As many of {@code lines}, and as much of each, as the window has room for. */
  public static String of(List<String> lines, int rows, int columns) {
    StringBuilder picture = new StringBuilder(HOME);
    for (String line : lines.subList(0, Math.min(lines.size(), rows - 1))) {
      picture.append(cut(line, columns)).append(CLEAR_LINE).append('\n');
    }
    return picture.append(CLEAR_REST).toString();
  }

  /** A line that is wider than the window would wrap and push the others out of it. */
  private static String cut(String line, int columns) {
    return line.codePointCount(0, line.length()) <= columns
        ? line
        : line.substring(0, line.offsetByCodePoints(0, columns));
  }
}
