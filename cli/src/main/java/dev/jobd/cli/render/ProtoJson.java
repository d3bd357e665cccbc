package dev.jobd.cli.render;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;

/** The API's own JSON. Loads a great deal of reflection: touch it only where JSON was asked for. */
public final class ProtoJson {
  private ProtoJson() {}

  /** One document. Zeros are written out, so that an exit code 0 is there to be read. */
  public static String of(MessageOrBuilder message) {
    try {
      return JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("only messages that hold Any can fail to print", e);
    }
  }
}
