package dev.jobd.worker.store;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a document that {@link DocumentOutput} wrote. Trusts nothing in it: whatever the bytes are,
 * the answer is a valid value or a {@link CorruptDocumentException}.
 */
final class DocumentInput {
  private final DataInputStream in;

  private int version;

  private DocumentInput(byte[] document) {
    this.in = new DataInputStream(new ByteArrayInputStream(document));
  }

  /**
   * @param kind what the document is, in words for an error
   * @param version the newest that {@code body} can read; it can read those before, from 1
   */
  static <T> T read(String kind, int version, byte[] document, Body<T> body)
      throws CorruptDocumentException {
    DocumentInput input = new DocumentInput(document);
    try {
      input.version = input.in.readUnsignedByte();
      if (input.version < 1 || input.version > version) {
        throw new IOException("its version is " + input.version + ", known is " + version);
      }
      T value = body.read(input);
      if (input.in.available() != 0) {
        throw new IOException("it goes on for " + input.in.available() + " bytes after its end");
      }
      return value;
    } catch (EOFException e) {
      throw new CorruptDocumentException(kind + ": it ends too early", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CorruptDocumentException(kind + ": " + e.getMessage(), e);
    }
  }

  /** Reads what follows the version. */
  @FunctionalInterface
  interface Body<T> {
    /**
     * The value.
     *
     * @throws IllegalArgumentException where a value is not valid
     */
    T read(DocumentInput in) throws IOException;
  }

  /** That of the document. */
  int version() {
    return version;
  }

  int readByte() throws IOException {
    return in.readUnsignedByte();
  }

  int readInt() throws IOException {
    return in.readInt();
  }

  long readLong() throws IOException {
    return in.readLong();
  }

  String readText() throws IOException {
    byte[] utf8 = new byte[readSize()];
    in.readFully(utf8);
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
  }

  List<String> readTextList() throws IOException {
    int size = readSize();
    List<String> texts = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      texts.add(readText());
    }
    return texts;
  }

  Map<String, String> readTextMap() throws IOException {
    int size = readSize();
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      String key = readText();
      if (texts.put(key, readText()) != null) {
        throw new IOException("key " + key + " is there twice");
      }
    }
    return texts;
  }

  @Nullable String readOptionalText() throws IOException {
    return readPresence() ? readText() : null;
  }

  @Nullable Long readOptionalLong() throws IOException {
    return readPresence() ? (Long) in.readLong() : null;
  }

  @Nullable Integer readOptionalInt() throws IOException {
    return readPresence() ? (Integer) in.readInt() : null;
  }

  /** Whether a value that may be absent follows. */
  boolean readPresence() throws IOException {
    int presence = in.readUnsignedByte();
    if (presence > 1) {
      throw new IOException("presence " + presence + " is neither 0 nor 1");
    }
    return presence == 1;
  }

  /** A count of things that take at least a byte each, so that no size asks for absurd memory. */
  private int readSize() throws IOException {
    int size = in.readInt();
    if (size < 0 || size > in.available()) {
      throw new IOException("size " + size + " exceeds what is left of it");
    }
    return size;
  }
}
