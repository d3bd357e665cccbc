package dev.jobd.worker.store;

import dev.jobd.worker.model.InvalidSpecException;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * Where a page ended, as text that means nothing to its bearer: a version and a sequence number.
 */
final class PageToken {
  private static final byte VERSION = 1;
  private static final int BYTES = 1 + Long.BYTES;

  private PageToken() {}

  /** The token of the page that holds what is older than the record {@code seq}. */
  static String before(long seq) {
    byte[] bytes = ByteBuffer.allocate(BYTES).put(VERSION).putLong(seq).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * The sequence number in {@code token}.
   *
   * @throws InvalidSpecException where {@link #before} did not make it
   */
  static long parse(String token) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
      if (bytes.remaining() == BYTES && bytes.get() == VERSION) {
        long seq = bytes.getLong();
        if (seq > 0 && before(seq).equals(token)) {
          return seq;
        }
      }
    } catch (IllegalArgumentException e) {
      // Not even base64: refused below, as everything else that is not a token.
    }
    throw new InvalidSpecException(
        "page_token", "must be the token that came with the page before, was another");
  }
}
