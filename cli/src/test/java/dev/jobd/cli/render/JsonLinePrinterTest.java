package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class JsonLinePrinterTest {
  private final Output output = new Output();
  private final JsonLinePrinter printer = new JsonLinePrinter(output.console.out());

  @Test
  void aLineIsARecord() throws IOException {
    printer.chunk(Output.stdout("hello\nwor"));
    printer.chunk(Output.stderr("oops\n"));
    printer.chunk(Output.stdout("ld\n"));
    printer.end();

    assertThat(output.out())
        .isEqualTo(
            """
            {"log":"hello\\n","stream":"stdout","time":"2022-01-24T10:00:00.500Z"}
            {"log":"oops\\n","stream":"stderr","time":"2022-01-24T10:00:00.500Z"}
            {"log":"world\\n","stream":"stdout","time":"2022-01-24T10:00:00.500Z"}
            """);
  }

  @Test
  void whatJsonCannotHoldIsEscaped() throws IOException {
    String text = "\"\\ \t\r\0\u0001\u007f\u0085\u2028 ü 🙂\n";
    printer.chunk(Output.stdout(text));
    printer.end();

    assertThat(output.out().chars().filter(Character::isISOControl)).containsExactly((int) '\n');
    assertThat(onlyRecord().get("log").getAsString()).isEqualTo(text);
    assertThat(onlyRecord().has("encoding")).isFalse();
  }

  @Test
  void bytesThatAreNotUtf8AreInBase64AndMarked() throws IOException {
    byte[] bytes = {'a', (byte) 0xff, 0, (byte) 0xc3, '\n'};
    printer.chunk(Output.stdout(bytes));
    printer.end();

    assertThat(onlyRecord().get("encoding").getAsString()).isEqualTo("base64");
    assertThat(Base64.getDecoder().decode(onlyRecord().get("log").getAsString())).isEqualTo(bytes);
  }

  @Test
  void aCharacterCutBetweenChunksIsWhole() throws IOException {
    printer.chunk(Output.stdout((byte) 0xc3));
    printer.chunk(Output.stdout((byte) 0xbc, (byte) '\n'));
    printer.end();

    assertThat(onlyRecord().get("log").getAsString()).isEqualTo("ü\n");
  }

  @Test
  void missingBytesAreARecord() throws IOException {
    printer.gap(Output.gap(42));
    printer.end();

    assertThat(onlyRecord().get("dropped").getAsInt()).isEqualTo(42);
    assertThat(onlyRecord().get("stream").getAsString()).isEqualTo("stdout");
  }

  private JsonObject onlyRecord() {
    assertThat(output.out().lines()).hasSize(1);
    return JsonParser.parseString(output.out()).getAsJsonObject();
  }
}
