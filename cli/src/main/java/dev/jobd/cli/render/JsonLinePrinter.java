package dev.jobd.cli.render;

import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import dev.jobd.api.v1.StreamOutputResponse.Gap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Writes a JSON record for each line of output: {@code {"log":…,"stream":…,"time":…}}. {@code log}
 * keeps the line's newline, so that the logs of a stream joined are the stream. What is not UTF-8
 * is in Base64 and marked {@code "encoding":"base64"}. Missing bytes are a record with their number
 * as {@code dropped}.
 */
public final class JsonLinePrinter implements OutputPrinter {
  private final ByteSink sink;
  private final CharsetDecoder strictUtf8 = StandardCharsets.UTF_8.newDecoder();
  private final StringBuilder record = new StringBuilder();
  private final LineAssembler stdout = assembler(OutputStream.OUTPUT_STREAM_STDOUT);
  private final LineAssembler stderr = assembler(OutputStream.OUTPUT_STREAM_STDERR);

  public JsonLinePrinter(ByteSink sink) {
    this.sink = sink;
  }

  @Override
  public void chunk(Chunk chunk) throws IOException {
    of(chunk.getStream()).add(chunk.getData(), chunk.getTime());
  }

  @Override
  public void gap(Gap gap) throws IOException {
    of(gap.getStream()).end();
    sink.write(
        "{\"log\":\"\",\"stream\":\""
            + StreamNames.of(gap.getStream())
            + "\",\"dropped\":"
            + gap.getDroppedBytes()
            + "}\n");
  }

  @Override
  public void flush() throws IOException {
    sink.flush();
  }

  @Override
  public void end() throws IOException {
    stdout.end();
    stderr.end();
    flush();
  }

  private LineAssembler assembler(OutputStream stream) {
    return new LineAssembler((time, bytes, from, to) -> line(stream, time, bytes, from, to));
  }

  private LineAssembler of(OutputStream stream) {
    return stream == OutputStream.OUTPUT_STREAM_STDERR ? stderr : stdout;
  }

  private void line(OutputStream stream, Timestamp time, byte[] bytes, int from, int to)
      throws IOException {
    ByteBuffer line = ByteBuffer.wrap(bytes, from, to - from);
    record.setLength(0);
    record.append("{\"log\":\"");
    try {
      appendEscaped(strictUtf8.decode(line.duplicate()));
      record.append('"');
    } catch (CharacterCodingException e) {
      record.append(StandardCharsets.US_ASCII.decode(Base64.getEncoder().encode(line)));
      record.append("\",\"encoding\":\"base64\"");
    }
    record.append(",\"stream\":\"").append(StreamNames.of(stream));
    record.append("\",\"time\":\"");
    record.append(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()));
    record.append("\"}\n");
    sink.write(record.toString());
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
        default -> {
          if (Character.isISOControl(c)) {
            record.append("\\u").append(HexFormat.of().toHexDigits(c));
          } else {
            record.append(c);
          }
        }
      }
    }
  }
}
