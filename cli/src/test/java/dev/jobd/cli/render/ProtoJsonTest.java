package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.jobd.api.v1.JobSpec;
import org.junit.jupiter.api.Test;

class ProtoJsonTest {
  @Test
  void whatActsOnATerminalIsEscaped() {
    assertThat(argument("\u001b[2J\u007f\u009b2J\u202egpj.exe\u2066\u2028\udb40\udc01"))
        .isEqualTo("\\u001b[2J\\u007f\\u009b2J\\u202egpj.exe\\u2066\\u2028\\udb40\\udc01");
  }

  @Test
  void whatOnlyShowsStaysReadable() {
    assertThat(argument("<a href='x&y=z'> ü 🙂")).isEqualTo("<a href='x&y=z'> ü 🙂");
  }

  @Test
  void aTextIsTheSameWhenItIsReadBack() {
    String text = "\\u003c\\\"\n\u202e\udb40\udc01<";
    String json = ProtoJson.of(JobSpec.newBuilder().addArgv(text).build());

    assertThat(JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("argv").get(0))
        .extracting(argument -> argument.getAsString())
        .isEqualTo(text);
  }

  /** How {@code text} stands in the document. */
  private static String argument(String text) {
    String json = ProtoJson.of(JobSpec.newBuilder().addArgv(text).build());
    int start = json.indexOf("\"argv\": [\"") + "\"argv\": [\"".length();
    return json.substring(start, json.indexOf("\"]", start));
  }
}
