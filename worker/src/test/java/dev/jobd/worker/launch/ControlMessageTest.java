package dev.jobd.worker.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of version 1, as released shims speak it: whoever changes them changes the version. */
class ControlMessageTest {
  private static String hex(ControlMessage message) {
    byte[] bytes = new byte[ControlMessage.BYTES];
    message.encode().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static ControlMessage message(String hex) {
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    return ControlMessage.decode(bytes.order(ByteOrder.LITTLE_ENDIAN));
  }

  @Test
  void whatAShimOfVersion1HearsStaysAsItIs() {
    String rest = "0000000000000000".repeat(2);
    assertThat(hex(ControlMessage.stop(15, Duration.ofSeconds(1).toNanos())))
        .isEqualTo("010000000f00000000ca9a3b00000000" + rest);
    assertThat(hex(ControlMessage.signal(10))).isEqualTo("020000000a0000000000000000000000" + rest);
    assertThat(hex(ControlMessage.watch(258))).isEqualTo("03000000000000000201000000000000" + rest);
    assertThat(hex(ControlMessage.launch())).isEqualTo("04000000000000000000000000000000" + rest);
    assertThat(hex(ControlMessage.enter())).isEqualTo("05000000000000000000000000000000" + rest);
    assertThat(hex(ControlMessage.openInput())).isEqualTo("07" + "00".repeat(15) + rest);
    assertThat(hex(ControlMessage.input(258)))
        .isEqualTo("0800000002010000" + "00".repeat(8) + rest);
    assertThat(hex(ControlMessage.endInput())).isEqualTo("09" + "00".repeat(15) + rest);
    assertThat(hex(ControlMessage.boundsWritten())).isEqualTo("0a" + "00".repeat(15) + rest);
  }

  @Test
  void whatAShimOfVersion1SaysStaysAsItIs() {
    String spare = "0000000000000000";
    assertThat(message("10000000010000000000000000000000" + spare.repeat(2)))
        .isEqualTo(new ControlMessage(ControlMessage.HELLO, 1, 0, 0));
    assertThat(message("110000002a0000000000000000000000" + "0201000000000000" + spare))
        .isEqualTo(new ControlMessage(ControlMessage.STARTED, 42, 0, 258));
    assertThat(message("12000000000000000201000000000000" + spare.repeat(2)))
        .isEqualTo(new ControlMessage(ControlMessage.GREW, 0, 258, 0));
    assertThat(message("13000000000000000000000000000000" + spare.repeat(2)))
        .isEqualTo(new ControlMessage(ControlMessage.ENDED, 0, 0, 0));
    assertThat(message("14000000000000000201000000000000" + spare.repeat(2)))
        .isEqualTo(new ControlMessage(ControlMessage.INPUT_OPENED, 0, 258, 0));
    assertThat(message("15000000000000000201000000000000" + spare.repeat(2)))
        .isEqualTo(new ControlMessage(ControlMessage.INPUT_TAKEN, 0, 258, 0));
    assertThat(message("16000000010000000201000000000000" + spare.repeat(2)))
        .isEqualTo(
            new ControlMessage(ControlMessage.INPUT_CLOSED, ControlMessage.INPUT_COMPLETE, 258, 0));
  }
}
