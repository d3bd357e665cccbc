package dev.jobd.worker.store;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a document: a version, then values one after the other. {@link DocumentInput} reads it.
 */
final class DocumentOutput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  DocumentOutput(int version) throws IOException {
    out.writeByte(version);
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  void writeByte(int value) throws IOException {
    out.writeByte(value);
  }

  void writeInt(int value) throws IOException {
    out.writeInt(value);
  }

  void writeLong(long value) throws IOException {
    out.writeLong(value);
  }

  /**
   * Writes text as UTF-8.
   *
   * @throws java.nio.charset.CharacterCodingException where {@code text} has half a surrogate pair,
   *     and so would not come back as it is
   */
  void writeText(String text) throws IOException {
    ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    out.writeInt(utf8.remaining());
    out.write(utf8.array(), utf8.arrayOffset(), utf8.remaining());
  }

  void writeTexts(List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      writeText(text);
    }
  }

  void writeTexts(Map<String, String> texts) throws IOException {
    out.writeInt(texts.size());
    for (Map.Entry<String, String> entry : texts.entrySet()) {
      writeText(entry.getKey());
      writeText(entry.getValue());
    }
  }

  void writeOptionalText(@Nullable String text) throws IOException {
    writePresence(text);
    if (text != null) {
      writeText(text);
    }
  }

  void writeOptionalLong(@Nullable Long value) throws IOException {
    writePresence(value);
    if (value != null) {
      out.writeLong(value);
    }
  }

  void writeOptionalInt(@Nullable Integer value) throws IOException {
    writePresence(value);
    if (value != null) {
      out.writeInt(value);
    }
  }

  /** For a value that may be absent: whether it follows. */
  void writePresence(@Nullable Object value) throws IOException {
    out.writeByte(value == null ? 0 : 1);
  }
}
