package dev.jobd.worker.output;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The members that a compressed file is made of, as RFC 1952 has them: one with content holds a
 * block, one without carries what gzip itself has no use for. Tools that know gzip read the blocks
 * and pass over the rest.
 */
final class GzipMember {
  /** The longest extra field. */
  static final int MAX_EXTRA_BYTES = 0xffff;

  /** Where the payload of a member without content begins, and what follows it. */
  static final int PAYLOAD_AT = 16;

  private static final int MAGIC_AND_METHOD = 0x0008_8b1f; // deflate; flags in the highest byte
  private static final int FLAG_EXTRA = 4 << 24;
  private static final short OS_UNKNOWN = (short) 0xff00; // and no hint about the method
  private static final short SUBFIELD = 'j' | 'd' << 8;
  private static final int SUBFIELD_HEADER_BYTES = 4;
  private static final short NO_CONTENT = 0x0003; // a final deflate block without a symbol

  private static final int HEADER_BYTES = 10;
  private static final int TRAILER_BYTES = 8;
  private static final int AFTER_PAYLOAD_BYTES = Short.BYTES + TRAILER_BYTES;

  /** More than deflate adds to bytes that it cannot compress: some for each 16 KiB. */
  private static final int SLACK_BYTES = 1024;

  private GzipMember() {}

  /** How long a member without content is. */
  static int carrierBytes(int payloadBytes) {
    return PAYLOAD_AT + payloadBytes + AFTER_PAYLOAD_BYTES;
  }

  /**
   * A member without content, its payload to be filled in at {@link #PAYLOAD_AT}.
   *
   * @param payloadBytes at most {@link #MAX_EXTRA_BYTES} but for four
   */
  static ByteBuffer carrier(int payloadBytes) {
    ByteBuffer member = little(carrierBytes(payloadBytes));
    member.putInt(MAGIC_AND_METHOD | FLAG_EXTRA).putInt(0).putShort(OS_UNKNOWN);
    member.putShort((short) (SUBFIELD_HEADER_BYTES + payloadBytes));
    member.putShort(SUBFIELD).putShort((short) payloadBytes);
    member.position(PAYLOAD_AT + payloadBytes);
    return member.putShort(NO_CONTENT).putInt(0).putInt(0).flip();
  }

  /** The longest member that holds a block of so many bytes. */
  static int maxBytes(int blockBytes) {
    return HEADER_BYTES + blockBytes + SLACK_BYTES + TRAILER_BYTES;
  }

  /** A member that holds these bytes. */
  static ByteBuffer of(ByteBuffer plain, Deflater deflater) {
    int length = plain.remaining();
    int crc = crc(plain);
    ByteBuffer member = little(maxBytes(length));
    member.putInt(MAGIC_AND_METHOD).putInt(0).putShort(OS_UNKNOWN);
    deflater.reset();
    deflater.setInput(plain.duplicate());
    deflater.finish();
    deflater.deflate(member.limit(member.capacity() - TRAILER_BYTES));
    if (!deflater.finished()) {
      throw new AssertionError("deflate added more than " + SLACK_BYTES + " bytes to " + length);
    }
    return member.limit(member.capacity()).putInt(crc).putInt(length).flip();
  }

  /** The checksum that a member holds of its content. */
  static int crc(ByteBuffer plain) {
    CRC32 crc = new CRC32();
    crc.update(plain.duplicate());
    return (int) crc.getValue();
  }

  /**
   * Fills {@code plain} with what a member holds.
   *
   * @param crc what is to be its checksum
   * @throws DataFormatException saying what is wrong, where that is not so much, or is damaged
   */
  static void read(ByteBuffer member, ByteBuffer plain, int crc) throws DataFormatException {
    ByteBuffer all = member.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (all.remaining() < HEADER_BYTES + TRAILER_BYTES || all.getInt(0) != MAGIC_AND_METHOD) {
      throw new DataFormatException("it does not begin as one");
    }
    int trailer = all.limit() - TRAILER_BYTES;
    ByteBuffer content = plain.duplicate();
    Inflater inflater = new Inflater(true); // what it holds is freed while its reader waits
    try {
      inflater.setInput(all.duplicate().position(HEADER_BYTES).limit(trailer));
      inflater.inflate(content);
      // A full buffer may leave the end of the last deflate block unread.
      boolean ends = inflater.finished() || inflater.inflate(new byte[1]) == 0;
      if (content.hasRemaining() || !ends || !inflater.finished()) {
        throw new DataFormatException("it holds more or less than " + plain.remaining() + " bytes");
      }
    } finally {
      inflater.end();
    }
    if (crc(plain) != crc
        || all.getInt(trailer) != crc
        || all.getInt(trailer + Integer.BYTES) != plain.remaining()) {
      throw new DataFormatException("its checksum is another");
    }
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
