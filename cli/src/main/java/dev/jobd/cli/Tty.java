package dev.jobd.cli;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that this process is started from, by the help of stty(1): the JDK knows none. Where
 * there is no terminal, or no stty, nothing is known and nothing changes.
 */
final class Tty {
  private static final File DEVICE = new File("/dev/tty");

  private Tty() {}

  /** How large its window is; {@code null} where that is not known. */
  static @Nullable Size size() {
    String[] words = String.valueOf(stty("size")).split(" ", -1);
    try {
      Size size = new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
      return size.rows > 0 && size.columns > 0 ? size : null;
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return null;
    }
  }

  /** Of a window, in characters. */
  record Size(int rows, int columns) {}

  /** How it is set, as {@link #restore} takes it; {@code null} where that is not known. */
  static @Nullable String settings() {
    return stty("-g");
  }

  /** Has keys come one by one, and not show. Answers whether they do. */
  static boolean takeKeys() {
    return stty("-icanon", "-echo", "min", "1") != null;
  }

  static void restore(String settings) {
    stty(settings);
  }

  /** What is typed. */
  static InputStream keys() throws IOException {
    return new FileInputStream(DEVICE);
  }

  /** What stty prints; {@code null} where it fails. */
  private static @Nullable String stty(String... arguments) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    try {
      Process stty =
          new ProcessBuilder(command)
              .redirectInput(DEVICE)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String printed =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      return stty.waitFor() == 0 ? printed : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
