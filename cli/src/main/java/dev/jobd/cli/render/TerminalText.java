package dev.jobd.cli.render;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A job's bytes as a terminal may be given them: what would move its cursor, change its colours or
 * title, or reorder what it shows is written as a backslash escape, as are bytes that are not
 * UTF-8. Tabs stay. For one thread.
 */
final class TerminalText {
  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
  private final CharBuffer characters = CharBuffer.allocate(1024);

  /** Appends a line without its end, be that a newline or what a Windows program makes of one. */
  void append(StringBuilder text, Line line) {
    int end = line.to();
    if (line.hasNewline()) {
      end--;
      if (end > line.from() && line.bytes()[end - 1] == '\r') {
        end--;
      }
    }
    append(text, ByteBuffer.wrap(line.bytes(), line.from(), end - line.from()));
  }

  private void append(StringBuilder text, ByteBuffer bytes) {
    utf8.reset();
    CoderResult result;
    do {
      result = utf8.decode(bytes, characters.clear(), true);
      characters.flip().codePoints().forEach(c -> append(text, c));
      if (result.isMalformed()) {
        for (int i = 0; i < result.length(); i++) {
          text.append("\\x").append(HexFormat.of().toHexDigits(bytes.get()));
        }
      }
    } while (!result.isUnderflow());
  }

  private static void append(StringBuilder text, int c) {
    if (c == '\t') {
      text.append('\t');
    } else {
      Printable.append(text, c);
    }
  }
}
