package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;

/**
 * Lines with their time, the name of their stream, or both in front. A line without a newline gets
 * one. One that is longer than {@link LineAssembler#MAX_LINE_BYTES} is several, of which those that
 * continue it have a {@code +} between the prefix and the text.
 */
final class PrefixedLines implements LineFormat {
  private static final int MICROSECONDS = 6;
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  private final Console console;
  private final StreamTargets targets;
  private final LineStyle style;
  private final TimeText timeText = new TimeText(MICROSECONDS);
  private final TerminalText terminalText = new TerminalText();
  private final StringBuilder text = new StringBuilder();

  PrefixedLines(Console console, StreamTargets targets, LineStyle style) {
    this.console = console;
    this.targets = targets;
    this.style = style;
  }

  @Override
  public void line(Line line) throws IOException {
    text.setLength(0);
    if (style.times()) {
      timeText.append(text, line.time());
      text.append(' ');
    }
    if (style.names()) {
      appendName(line.stream());
      text.append(line.continues() ? " + " : " | ");
    } else if (line.continues()) {
      text.append("+ ");
    }
    ByteSink sink = targets.turnTo(line.stream());
    if (style.harmless()) {
      terminalText.append(text, line);
      sink.write(text.append('\n').toString());
    } else {
      sink.write(text.toString());
      sink.write(line.bytes(), line.from(), line.to());
      if (!line.hasNewline()) {
        sink.write("\n");
      }
    }
  }

  private void appendName(OutputStream stream) {
    if (style.colours()) {
      text.append(stream == OutputStream.OUTPUT_STREAM_STDERR ? RED : GREEN);
      text.append(StreamNames.of(stream)).append(PLAIN);
    } else {
      text.append(StreamNames.of(stream));
    }
  }

  @Override
  public void gap(Gap gap) throws IOException {
    flush();
    console.say(Gaps.describe(gap));
  }

  @Override
  public void flush() throws IOException {
    targets.flush();
  }
}
