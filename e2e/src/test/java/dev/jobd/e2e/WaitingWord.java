package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.regex.Pattern;

/**
 * What jobctl says where its first connection takes two seconds, as it may on a busy machine, and
 * so beside anything else that it says.
 */
final class WaitingWord {
  private static final Pattern WORD = Pattern.compile("jobctl: waiting for \\S+ \\.\\.\\.\r?\n");

  private WaitingWord() {}

  /** All else of what was said, byte for byte. */
  static byte[] removedFrom(byte[] said) {
    return WORD.matcher(new String(said, ISO_8859_1)).replaceAll("").getBytes(ISO_8859_1);
  }
}
