package dev.jobd.api.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {
  @Test
  void blankLineHasNoWords() {
    assertThat(ShellWords.split("")).isEmpty();
    assertThat(ShellWords.split(" \t\n ")).isEmpty();
  }

  @Test
  void nothingIsExpanded() {
    assertThat(ShellWords.split("echo $HOME *.c ~ a|b;c #d"))
        .containsExactly("echo", "$HOME", "*.c", "~", "a|b;c", "#d");
  }

  /** The shell itself is the judge of lines that hold nothing it would expand. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls -l /",
        "sh -c 'for i in 1 2; do echo $i; done'",
        "a'b c'd\"e f\"g",
        "'' \"\" x",
        "\"a\\\"b\\\\c\\$d\\`e\\nf\"",
        "a\\ b \\'c\\' \\\\d",
        "one \\\n two",
        "\"join\\\ned\" jo\\\nined",
        "'back\\slash'",
        "  leading and   trailing  ",
        "ünïcode '日本'",
      })
  void splitsAsTheShellDoes(String line) throws Exception {
    assertThat(ShellWords.split(line)).isEqualTo(shellSplit(line));
  }

  @Test
  void unclosedQuoteAndLoneBackslashAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShellWords.split("echo 'abc"))
        .withMessage("the quote ' at character 6 is not closed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShellWords.split("echo \"abc\\\""))
        .withMessage("the quote \" at character 6 is not closed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShellWords.split("echo \\"))
        .withMessage("ends with a backslash that escapes nothing");
  }

  private static List<String> shellSplit(String line) throws Exception {
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", "printf '%s\\0' " + line)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    String[] words = output.split("\0", -1);
    return Arrays.asList(words).subList(0, words.length - 1);
  }
}
