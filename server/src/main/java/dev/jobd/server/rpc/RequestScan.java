package dev.jobd.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.jobd.api.Errors;
import io.grpc.StatusRuntimeException;
import java.io.IOException;

/**
 * Judges the bytes of a request before a message is made of them, which takes no memory.
 *
 * <p>A field that this server does not know is refused, not passed over: it may be a limit that a
 * newer client asks for.
 */
final class RequestScan {
  /**
   * Of one request, those of messages in it included; each may take some hundred bytes of memory.
   * The largest valid request has 8192 variables, each of them a message of two fields, 32 labels
   * and 16 bounds for disks.
   */
  static final int MAX_FIELDS = 25_000;

  private final CodedInputStream in;
  private int fields;

  private RequestScan(byte[] bytes) {
    in = CodedInputStream.newInstance(bytes);
  }

  /**
   * @throws StatusRuntimeException INVALID_FIELD where there is an unknown field, or more than
   *     {@link #MAX_FIELDS}
   * @throws InvalidProtocolBufferException where these bytes are no message
   */
  static void of(Descriptor message, byte[] bytes) throws InvalidProtocolBufferException {
    try {
      new RequestScan(bytes).scan(message, "request");
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  /** Goes as deep as the messages of the API are, whatever the bytes say. */
  private void scan(Descriptor message, String path) throws IOException {
    while (!in.isAtEnd()) {
      int tag = in.readTag();
      FieldDescriptor field = message.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (field == null || !isWrittenAs(field, WireFormat.getTagWireType(tag))) {
        throw Errors.invalidField(
            path,
            "must not hold field %d of wire type %d, which this server does not know: is it older than its client?"
                .formatted(WireFormat.getTagFieldNumber(tag), WireFormat.getTagWireType(tag)));
      }
      fields++;
      if (fields > MAX_FIELDS) {
        throw Errors.invalidField("request", "must hold at most " + MAX_FIELDS + " fields");
      }
      if (field.getJavaType() == JavaType.MESSAGE) {
        int outer = in.pushLimit(in.readRawVarint32());
        scan(field.getMessageType(), inner(path, field));
        in.popLimit(outer);
      } else {
        in.skipField(tag);
      }
    }
  }

  /** As a parser accepts it; what it does not, it would keep as unknown. */
  private static boolean isWrittenAs(FieldDescriptor field, int wireType) {
    return wireType == field.getLiteType().getWireType()
        || (field.isPackable() && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }

  private static String inner(String path, FieldDescriptor field) {
    return path.equals("request") ? field.getName() : path + "." + field.getName();
  }
}
