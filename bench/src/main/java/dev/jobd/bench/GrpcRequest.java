package dev.jobd.bench;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * One gRPC call as the bytes that open an HTTP/2 connection (RFC 9113), with all the credit that a
 * client can give: who sends them has nothing more to say for two gibibytes of answer.
 */
final class GrpcRequest {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int CONNECTION = 0;
  private static final int STREAM = 1;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private GrpcRequest() {}

  static byte[] bytes(MethodDescriptor<?, ?> method, MessageLite request) {
    try {
      GrpcRequest call = new GrpcRequest();
      call.bytes.writeBytes(PREFACE.getBytes(StandardCharsets.US_ASCII));
      call.frame(SETTINGS, 0, CONNECTION, windowSetting());
      call.frame(SETTINGS, ACK, CONNECTION, new byte[0]); // of the server's, which surely comes
      call.frame(WINDOW_UPDATE, 0, CONNECTION, integer(Integer.MAX_VALUE - DEFAULT_WINDOW));
      call.frame(HEADERS, END_HEADERS, STREAM, headers("/" + method.getFullMethodName()));
      call.frame(DATA, END_STREAM, STREAM, message(request));
      return call.bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  private static byte[] windowSetting() throws IOException {
    ByteArrayOutputStream setting = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(setting);
    out.writeShort(INITIAL_WINDOW_SIZE);
    out.writeInt(Integer.MAX_VALUE);
    return setting.toByteArray();
  }

  private static byte[] integer(int value) throws IOException {
    ByteArrayOutputStream four = new ByteArrayOutputStream();
    new DataOutputStream(four).writeInt(value);
    return four.toByteArray();
  }

  private static byte[] headers(String path) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "https");
    header(block, ":path", path);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    return block.toByteArray();
  }

  /** Literally, without indexing and without Huffman's code: RFC 7541, section 6.2.2. */
  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    text(block, name);
    text(block, value);
  }

  /** Shorter than 127 bytes, so that one byte tells the length. */
  private static void text(ByteArrayOutputStream block, String text) {
    block.write(text.length());
    block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** As gRPC frames it: not compressed, its length, itself. */
  private static byte[] message(MessageLite request) throws IOException {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(framed);
    out.writeByte(0);
    out.writeInt(request.getSerializedSize());
    request.writeTo(out);
    return framed.toByteArray();
  }
}
