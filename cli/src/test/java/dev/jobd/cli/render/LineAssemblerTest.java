package dev.jobd.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StreamOutputResponse.Chunk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineAssemblerTest {
  private final List<String> lines = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private final LineAssembler assembler =
      new LineAssembler(
          OutputStream.OUTPUT_STREAM_STDOUT,
          line -> {
            lines.add(
                new String(
                    line.bytes(), line.from(), line.to() - line.from(), StandardCharsets.UTF_8));
            times.add(line.time() / 1_000_000_000);
          });

  @Test
  void linesDoNotDependOnHowTheChunksFall() throws IOException {
    String text = "one\n\ntwo and more\nlast";
    for (int size = 1; size <= text.length(); size++) {
      lines.clear();
      for (int i = 0; i < text.length(); i += size) {
        add(text.substring(i, Math.min(text.length(), i + size)), 1);
      }
      assembler.end();
      assertThat(lines)
          .as("chunks of %d", size)
          .containsExactly("one\n", "\n", "two and more\n", "last");
    }
  }

  @Test
  void aLineHasTheTimeOfItsFirstByte() throws IOException {
    add("a\nb", 1);
    add("b\nc\n", 2);

    assertThat(lines).containsExactly("a\n", "bb\n", "c\n");
    assertThat(times).containsExactly(1L, 1L, 2L);
  }

  @Test
  void anUnfinishedLineWaitsForItsEnd() throws IOException {
    add("half", 1);
    assertThat(lines).isEmpty();

    assembler.end();
    assertThat(lines).containsExactly("half");
  }

  @Test
  void aLongLineComesInBoundedPiecesThatAreTheLine() throws IOException {
    String line = "x".repeat(3 * LineAssembler.MAX_LINE_BYTES + 5) + "\n";
    add(line, 1);
    add("next\n", 1);

    assertThat(lines).hasSize(5).allMatch(l -> l.length() <= LineAssembler.MAX_LINE_BYTES);
    assertThat(String.join("", lines)).isEqualTo(line + "next\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {32_767, 32_768, 33_000, 65_535, 65_536, LineAssembler.MAX_LINE_BYTES - 1})
  void aLineIsWholeUpToItsBound(int length) throws IOException {
    String line = "x".repeat(length) + "\n";
    add(line + "y", 1);
    assembler.end();

    assertThat(lines).containsExactly(line, "y");
  }

  @Test
  void noPieceCutsACharacter() throws IOException {
    for (int shift = 0; shift < 4; shift++) {
      lines.clear();
      String line = "x".repeat(shift) + "🙂".repeat(LineAssembler.MAX_LINE_BYTES / 2) + "\n";
      add(line, 1);
      assertThat(lines).as("after %d", shift).hasSize(3);
      assertThat(String.join("", lines)).isEqualTo(line);
      assertThat(lines).noneMatch(piece -> piece.contains("\ufffd"));
    }
  }

  private void add(String text, long seconds) throws IOException {
    assembler.add(
        Chunk.newBuilder()
            .setData(ByteString.copyFromUtf8(text))
            .setTime(Timestamp.newBuilder().setSeconds(seconds))
            .build());
  }
}
