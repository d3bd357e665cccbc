package dev.jobd.cli.render;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
  private final Output output = new Output();
  private final LinePrinter printer = LinePrinter.json(output.console.out());

  @Test
  void aLineIsARecord() throws IOException {
    printer.chunk(Output.stdout("hello\nwor"));
    printer.chunk(Output.stderr("oops\n"));
    printer.chunk(Output.stdout("ld\n"));
    printer.end();

    assertThat(output.out())
        .isEqualTo(
            """
            {"log":"hello\\n","stream":"stdout","time":"2022-01-24T10:00:00.500000000Z"}
            {"log":"oops\\n","stream":"stderr","time":"2022-01-24T10:00:00.500000000Z"}
            {"log":"world\\n","stream":"stdout","time":"2022-01-24T10:00:00.500000000Z"}
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
  void whatActsOnATerminalIsEscaped() throws IOException {
    String text = "\u007f\u009b2J\u202egpj.exe\u2066\ufeff\udb40\udc01 ü 🙂\n";
    printer.chunk(Output.stdout(text));
    printer.end();

    assertThat(output.out())
        .startsWith(
            "{\"log\":\"\\u007f\\u009b2J\\u202egpj.exe\\u2066\\ufeff\\udb40\\udc01 ü 🙂\\n\",");
    assertThat(onlyRecord().get("log").getAsString()).isEqualTo(text);
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

    assertThat(output.out())
        .isEqualTo(
            """
            {"log":"","stream":"stdout","time":"2022-01-24T10:00:01.000000000Z","dropped":42}
            """);
  }

  @Test
  void aGapEndsItsLine() throws IOException {
    printer.chunk(Output.stdout("be"));
    printer.gap(Output.gap(42));
    printer.chunk(Output.stdout("fore\n"));
    printer.end();

    assertThat(records().stream().map(r -> r.get("log").getAsString()))
        .containsExactly("be", "", "fore\n");
  }

  @Test
  void piecesOfALineThatIsTooLongAreMarkedAndJoinToTheLine() throws IOException {
    String line = "🙂".repeat(LineAssembler.MAX_LINE_BYTES / 2) + "\n";
    printer.chunk(Output.stdout("x" + line));
    printer.end();

    List<JsonObject> records = records();
    assertThat(records.stream().map(r -> r.get("log").getAsString()).collect(joining()))
        .isEqualTo("x" + line);
    assertThat(records).hasSize(3).noneMatch(r -> r.has("encoding"));
    assertThat(records.stream().map(r -> r.has("partial"))).containsExactly(true, true, false);
  }

  private JsonObject onlyRecord() {
    assertThat(records()).hasSize(1);
    return records().getFirst();
  }

  private List<JsonObject> records() {
    return output.out().lines().map(l -> JsonParser.parseString(l).getAsJsonObject()).toList();
  }
}
