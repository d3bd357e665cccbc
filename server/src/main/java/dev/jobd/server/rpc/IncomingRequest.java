package dev.jobd.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.jobd.api.Errors;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A request as it came, of which nothing is made before its bytes are judged: a message can take a
 * hundred times the memory of its bytes, and its bytes a thousand times those of their compressed
 * form.
 *
 * <p>To be {@link #read} before gRPC's listener returns from {@code onMessage}, if at all.
 */
final class IncomingRequest<Q> {
  /** More than any request but a start may have: those of so few bytes need no place of theirs. */
  static final int SMALL_BYTES = 128 << 10;

  private final Form<Q> form;
  private final InputStream bytes;

  private byte[] begin = {};
  private boolean begun;

  private IncomingRequest(Form<Q> form, InputStream bytes) {
    this.form = form;
    this.bytes = bytes;
  }

  /**
   * Whether it is so large that there can be few of them at one time.
   *
   * @throws StatusRuntimeException where it cannot be read
   */
  boolean isLarge() {
    return begin().length > SMALL_BYTES;
  }

  /**
   * The message.
   *
   * @throws StatusRuntimeException as the call is to end where the request is larger than its
   *     method takes, holds fields that this server does not know, or is no message
   */
  Q read() {
    byte[] all = begin();
    if (all.length > SMALL_BYTES) {
      byte[] rest = next(form.maxBytes() + 1 - all.length);
      int start = all.length;
      all = Arrays.copyOf(all, start + rest.length);
      System.arraycopy(rest, 0, all, start, rest.length);
    }
    return form.parse(all);
  }

  private byte[] begin() {
    if (!begun) {
      begin = next(Math.min(SMALL_BYTES, form.maxBytes()) + 1);
      begun = true;
    }
    return begin;
  }

  private byte[] next(int most) {
    try {
      return bytes.readNBytes(most);
    } catch (IOException e) {
      throw Status.INVALID_ARGUMENT
          .withDescription("the request cannot be decompressed: " + e.getMessage())
          .asRuntimeException();
    }
  }

  /**
   * How requests of one method are read.
   *
   * @param method its name, for words
   * @param maxBytes of a request, decompressed
   */
  record Form<Q>(String method, Message prototype, Parser<Q> parser, int maxBytes)
      implements Marshaller<IncomingRequest<Q>> {

    /**
     * @param generated that of a method's requests, which are protobuf messages
     */
    @SuppressWarnings("unchecked") // a message's parser gives messages of its own type
    static <Q> Form<Q> of(String method, Marshaller<Q> generated, int maxBytes) {
      Object prototype = ((PrototypeMarshaller<Q>) generated).getMessagePrototype();
      if (!(prototype instanceof Message message)) {
        throw new IllegalArgumentException(method + " takes no protobuf messages");
      }
      return new Form<>(method, message, (Parser<Q>) message.getParserForType(), maxBytes);
    }

    @Override
    public IncomingRequest<Q> parse(InputStream bytes) {
      return new IncomingRequest<>(this, bytes);
    }

    @Override
    public InputStream stream(IncomingRequest<Q> request) {
      throw new UnsupportedOperationException("a server sends no requests");
    }

    private Q parse(byte[] bytes) {
      if (bytes.length > maxBytes) {
        throw Status.RESOURCE_EXHAUSTED
            .withDescription(
                "the request is too large: " + method + " takes " + maxBytes + " bytes")
            .asRuntimeException();
      }
      try {
        RequestScan.of(prototype.getDescriptorForType(), bytes);
        return parser.parseFrom(bytes);
      } catch (InvalidProtocolBufferException e) {
        throw Errors.invalidField(
            "request", "must be a message as " + method + " takes it: " + e.getMessage());
      }
    }
  }
}
