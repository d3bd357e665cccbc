package dev.jobd.cli.render;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The API's own JSON. Loads a great deal of reflection: touch it only where JSON was asked for. */
public final class ProtoJson {
  /** Any escape of JSON; with its number where it is of one of {@code & ' < = >}. */
  private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u00(26|27|3c|3d|3e)|.)");

  private static final int HEXADECIMAL = 16;

  private ProtoJson() {}

  /**
   * One document, harmless for a terminal. Zeros are written out, so that an exit code 0 is there
   * to be read.
   */
  public static String of(MessageOrBuilder message) {
    try {
      String json = JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(message);
      return JsonText.harmless(withoutHtmlEscapes(json));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("only messages that hold Any can fail to print", e);
    }
  }

  /** Protobuf writes texts as if they went into a page of HTML, and knows no other way. */
  private static String withoutHtmlEscapes(String json) {
    return ESCAPE.matcher(json).replaceAll(ProtoJson::plain);
  }

  private static String plain(MatchResult escape) {
    String code = escape.group(1);
    return code == null
        ? Matcher.quoteReplacement(escape.group())
        : Character.toString(Integer.parseInt(code, HEXADECIMAL));
  }
}
