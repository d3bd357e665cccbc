package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LinePrinterTest {
  private final Output output = new Output();

  @Test
  void eachLineFollowsTheNameOfItsStream() throws IOException {
    print(new LinePrinter(output.console, StreamTargets.joined(output.console), true, false));

    assertThat(output.out()).isEqualTo("stdout | one\nstderr | oops\nstdout | two\n");
    assertThat(output.err()).isEmpty();
  }

  @Test
  void timesGoInFrontOnEachStreamsOwnDescriptor() throws IOException {
    print(new LinePrinter(output.console, StreamTargets.split(output.console), false, true));

    assertThat(output.out())
        .isEqualTo("2022-01-24T10:00:00.500000Z one\n2022-01-24T10:00:00.500000Z two\n");
    assertThat(output.err()).isEqualTo("2022-01-24T10:00:00.500000Z oops\n");
  }

  @Test
  void timeAndNameGoTogether() throws IOException {
    print(new LinePrinter(output.console, StreamTargets.joined(output.console), true, true));

    assertThat(output.out()).startsWith("2022-01-24T10:00:00.500000Z stdout | one\n");
  }

  @Test
  void aLineThatTheOtherStreamInterruptsStaysWhole() throws IOException {
    LinePrinter printer =
        new LinePrinter(output.console, StreamTargets.joined(output.console), true, false);
    printer.chunk(Output.stdout("fir"));
    printer.chunk(Output.stderr("oops\n"));
    printer.chunk(Output.stdout("st\n"));
    printer.end();

    assertThat(output.out()).isEqualTo("stderr | oops\nstdout | first\n");
  }

  /** The last line has no newline. */
  private static void print(LinePrinter printer) throws IOException {
    printer.chunk(Output.stdout("one\n"));
    printer.chunk(Output.stderr("oops\n"));
    printer.chunk(Output.stdout("two"));
    printer.end();
  }
}
