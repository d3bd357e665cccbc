package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RawPrinterTest {
  private final Output output = new Output();
  private final RawPrinter printer =
      new RawPrinter(output.console, StreamTargets.split(output.console));

  @Test
  void everyByteArrivesAsItWas() throws IOException {
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    for (int i = 0; i < 256; i++) {
      bytes[i] = (byte) i;
    }
    printer.chunk(Output.stdout(bytes));
    printer.end();

    assertThat(output.outBytes()).isEqualTo(bytes);
    assertThat(output.err()).isEmpty();
  }

  @Test
  void eachStreamGoesToTheDescriptorOfItsName() throws IOException {
    printer.chunk(Output.stdout("out\n"));
    printer.chunk(Output.stderr("err\n"));
    printer.end();

    assertThat(output.out()).isEqualTo("out\n");
    assertThat(output.err()).isEqualTo("err\n");
  }

  @Test
  void aPromptWithoutNewlineIsThereOnceNothingMoreIsReady() throws IOException {
    printer.chunk(Output.stdout("password: "));
    printer.flush();

    assertThat(output.out()).isEqualTo("password: ");
  }

  @Test
  void bothStreamsKeepTheirOrderWhereTheyEndInOneFile() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteSink(Channels.newChannel(file)),
            new ByteSink(Channels.newChannel(file)),
            false);
    RawPrinter both = new RawPrinter(console, StreamTargets.split(console));
    for (int i = 0; i < 3; i++) {
      both.chunk(Output.stdout("o" + i));
      both.chunk(Output.stderr("e" + i));
    }
    both.end();

    assertThat(file.toString(StandardCharsets.UTF_8)).isEqualTo("o0e0o1e1o2e2");
  }

  @Test
  void missingBytesAreToldToPeopleNotToReadersOfTheData() throws IOException {
    printer.chunk(Output.stdout("a"));
    printer.gap(Output.gap(42));
    printer.chunk(Output.stdout("b"));
    printer.end();

    assertThat(output.out()).isEqualTo("ab");
    assertThat(output.err()).startsWith("jobctl: 42 bytes of stdout are missing at offset 7");
  }
}
