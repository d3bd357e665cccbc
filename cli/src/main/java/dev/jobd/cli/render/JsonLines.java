package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A JSON record for each line: {@code {"log":…,"stream":…,"time":…}}. {@code log} keeps the line's
 * newline, so that the logs of a stream joined are the stream; what acts on a terminal is escaped
 * ({@link JsonText}). More fields, where they apply:
 *
 * <ul>
 *   <li>{@code "encoding":"base64"}: the line is not UTF-8, and {@code log} is its bytes in Base64;
 *   <li>{@code "partial":true}: the line is longer than {@link LineAssembler#MAX_LINE_BYTES} and
 *       goes on in the stream's next record;
 *   <li>{@code "dropped":N}: so many bytes are missing here; {@code log} is empty.
 * </ul>
 */
final class JsonLines implements LineFormat {
  private static final int NANOSECONDS = 9;

  private final ByteSink sink;
  private final CharsetDecoder strictUtf8 = StandardCharsets.UTF_8.newDecoder();
  private final TimeText timeText = new TimeText(NANOSECONDS);
  private final StringBuilder record = new StringBuilder();

  JsonLines(ByteSink sink) {
    this.sink = sink;
  }

  @Override
  public void line(Line line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.bytes(), line.from(), line.to() - line.from());
    String encoding = "";
    record.setLength(0);
    record.append("{\"log\":\"");
    try {
      appendEscaped(strictUtf8.decode(bytes.duplicate()));
    } catch (CharacterCodingException e) {
      record.append(StandardCharsets.US_ASCII.decode(Base64.getEncoder().encode(bytes)));
      encoding = ",\"encoding\":\"base64\"";
    }
    record.append('"');
    appendPlace(line.stream(), line.time());
    record.append(encoding);
    if (line.breaksOff()) {
      record.append(",\"partial\":true");
    }
    write();
  }

  @Override
  public void gap(Gap gap) throws IOException {
    record.setLength(0);
    record.append("{\"log\":\"\"");
    appendPlace(gap.getStream(), TimeText.nanos(gap.getTime()));
    record.append(",\"dropped\":").append(gap.getDroppedBytes());
    write();
  }

  @Override
  public void flush() throws IOException {
    sink.flush();
  }

  private void appendPlace(OutputStream stream, long time) {
    record.append(",\"stream\":\"").append(StreamNames.of(stream)).append("\",\"time\":\"");
    timeText.append(record, time);
    record.append('"');
  }

  private void write() throws IOException {
    sink.write(record.append("}\n").toString());
  }

  private void appendEscaped(CharBuffer text) {
    while (text.hasRemaining()) {
      char c = text.get();
      switch (c) {
        case '"' -> record.append("\\\"");
        case '\\' -> record.append("\\\\");
        case '\n' -> record.append("\\n");
        case '\r' -> record.append("\\r");
        case '\t' -> record.append("\\t");
        default ->
            JsonText.append(
                record, Character.isHighSurrogate(c) ? Character.toCodePoint(c, text.get()) : c);
      }
    }
  }
}
