package dev.jobd.cli.render;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines as a terminal shows them from its upper left corner on, in the place of what was there. */
public final class Picture {
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_REST = "\u001b[J";

  private Picture() {}

  /**
   * As many of {@code lines}, and as much of each, as the window has room for.
   *
   * @param note a line below them that is shown in any case; {@code null} for none
   */
  public static String of(List<String> lines, @Nullable String note, int rows, int columns) {
    StringBuilder picture = new StringBuilder(HOME);
    int room = note == null ? rows - 1 : rows - 2;
    for (String line : lines.subList(0, Math.clamp(room, 0, lines.size()))) {
      append(picture, line, columns);
    }
    if (note != null) {
      append(picture, note, columns);
    }
    return picture.append(CLEAR_REST).toString();
  }

  private static void append(StringBuilder picture, String line, int columns) {
    picture.append(cut(line, columns)).append(CLEAR_LINE).append('\n');
  }

  /** A line that is wider than the window would wrap and push the others out of it. */
  private static String cut(String line, int columns) {
    return line.codePointCount(0, line.length()) <= columns
        ? line
        : line.substring(0, line.offsetByCodePoints(0, columns));
  }
}
