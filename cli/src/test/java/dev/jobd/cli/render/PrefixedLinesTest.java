package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PrefixedLinesTest {
  private static final LineStyle NAMES = new LineStyle(true, false, false, false);
  private static final LineStyle TIMES = new LineStyle(false, true, false, false);
  private static final LineStyle HARMLESS = new LineStyle(true, false, true, false);

  private final Output output = new Output();

  @Test
  void eachLineFollowsTheNameOfItsStream() throws IOException {
    print(LinePrinter.prefixed(output.console, StreamTargets.joined(output.console), NAMES));

    assertThat(output.out()).isEqualTo("stdout | one\nstderr | oops\nstdout | two\n");
    assertThat(output.err()).isEmpty();
  }

  @Test
  void timesGoInFrontOnEachStreamsOwnDescriptor() throws IOException {
    print(LinePrinter.prefixed(output.console, StreamTargets.split(output.console), TIMES));

    assertThat(output.out())
        .isEqualTo("2022-01-24T10:00:00.500000Z one\n2022-01-24T10:00:00.500000Z two\n");
    assertThat(output.err()).isEqualTo("2022-01-24T10:00:00.500000Z oops\n");
  }

  @Test
  void timeAndNameGoTogether() throws IOException {
    print(
        LinePrinter.prefixed(
            output.console,
            StreamTargets.joined(output.console),
            new LineStyle(true, true, false, false)));

    assertThat(output.out()).startsWith("2022-01-24T10:00:00.500000Z stdout | one\n");
  }

  @Test
  void aLineThatTheOtherStreamInterruptsStaysWhole() throws IOException {
    LinePrinter printer =
        LinePrinter.prefixed(output.console, StreamTargets.joined(output.console), NAMES);
    printer.chunk(Output.stdout("fir"));
    printer.chunk(Output.stderr("oops\n"));
    printer.chunk(Output.stdout("st\n"));
    printer.end();

    assertThat(output.out()).isEqualTo("stderr | oops\nstdout | first\n");
  }

  @Test
  void everyLineHasTheTimeOfItsOwnWrite() throws IOException {
    LinePrinter printer =
        LinePrinter.prefixed(output.console, StreamTargets.split(output.console), TIMES);
    printer.chunk(
        Output.stdout("one\ntwo\nthree\n").toBuilder()
            .addLaterReadStarts(4)
            .addLaterReadDelays(1_000)
            .addLaterReadStarts(9) // within the last line
            .addLaterReadDelays(600_000_000)
            .build());
    printer.end();

    assertThat(output.out())
        .isEqualTo(
            """
            2022-01-24T10:00:00.500000Z one
            2022-01-24T10:00:00.500001Z two
            2022-01-24T10:00:00.500001Z three
            """);
  }

  @Test
  void aLineThatIsTooLongIsContinuedAfterAPlus() throws IOException {
    LinePrinter printer =
        LinePrinter.prefixed(output.console, StreamTargets.joined(output.console), NAMES);
    String piece = "x".repeat(LineAssembler.MAX_LINE_BYTES);
    printer.chunk(Output.stdout(piece + "yz\nnext\n"));
    printer.end();

    assertThat(output.out()).isEqualTo("stdout | " + piece + "\nstdout + yz\nstdout | next\n");
  }

  @Test
  void onATerminalNothingThatAJobWritesActs() throws IOException {
    LinePrinter printer =
        LinePrinter.prefixed(output.console, StreamTargets.joined(output.console), HARMLESS);
    printer.chunk(Output.stdout("\u001b]0;title\u0007\t\u009b1m\u202eü🙂\rover\r\n\0\n"));
    printer.chunk(Output.stdout((byte) 'a', (byte) 0xff, (byte) 0x9b, (byte) 0xc3));
    printer.end();

    assertThat(output.out())
        .isEqualTo(
            """
            stdout | \\u001b]0;title\\u0007\t\\u009b1m\\u202eü🙂\\rover
            stdout | \\u0000
            stdout | a\\xff\\x9b\\xc3
            """);
  }

  @Test
  void longTextOnATerminalIsWhole() throws IOException {
    LinePrinter printer =
        LinePrinter.prefixed(output.console, StreamTargets.joined(output.console), HARMLESS);
    String text = "🙂ü".repeat(10_000);
    printer.chunk(Output.stdout(text + "\n"));
    printer.end();

    assertThat(output.out()).isEqualTo("stdout | " + text + "\n");
  }

  /** The last line has no newline. */
  private static void print(LinePrinter printer) throws IOException {
    printer.chunk(Output.stdout("one\n"));
    printer.chunk(Output.stderr("oops\n"));
    printer.chunk(Output.stdout("two"));
    printer.end();
  }
}
