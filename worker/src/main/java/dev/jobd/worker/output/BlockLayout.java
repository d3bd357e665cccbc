package dev.jobd.worker.output;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where everything stands in a compressed file. It is a gzip file: a head, then the table of its
 * blocks, both carried by members without content, then a member for each block. All numbers are
 * little-endian.
 *
 * <pre>
 *   head    u32 version, u32 block bytes, u64 length of all blocks together, u32 CRC-32 of these
 *   table   for each block: u64 where its member begins, u32 how long that is, u32 CRC-32 of the block;
 *           {@value #ENTRIES_PER_CARRIER} in each member but the last, so that each has its place
 * </pre>
 *
 * @param blockBytes that each block has but the last
 * @param length of what is compressed
 */
record BlockLayout(int blockBytes, long length) {
  private static final int VERSION = 1;
  private static final int MAX_BLOCK_BYTES = 1 << 20;

  private static final int HEAD_PAYLOAD_BYTES = 20;
  private static final int CRC_AT = 16;

  /** How long the head is, with the member that carries it. */
  static final int HEAD_BYTES = GzipMember.carrierBytes(HEAD_PAYLOAD_BYTES);

  static final int ENTRY_BYTES = 16;
  static final int ENTRIES_PER_CARRIER = 2048;
  private static final int CARRIER_BYTES =
      GzipMember.carrierBytes(ENTRIES_PER_CARRIER * ENTRY_BYTES);

  /** What the table says of a block: where its member begins, how long it is. */
  record Entry(long start, int bytes, int crc) {
    static Entry read(ByteBuffer entry) {
      ByteBuffer little = entry.order(ByteOrder.LITTLE_ENDIAN);
      return new Entry(little.getLong(0), little.getInt(8), little.getInt(12));
    }

    ByteBuffer write() {
      ByteBuffer little = ByteBuffer.allocate(ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      return little.putLong(start).putInt(bytes).putInt(crc).flip();
    }
  }

  /**
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static BlockLayout readHead(ByteBuffer head) {
    if (head.remaining() < HEAD_BYTES) {
      throw new IllegalArgumentException("it has no head");
    }
    ByteBuffer payload =
        head.slice(GzipMember.PAYLOAD_AT, HEAD_PAYLOAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (payload.getInt(0) != VERSION) {
      throw new IllegalArgumentException("it is not a compressed file of version " + VERSION);
    }
    BlockLayout layout = new BlockLayout(payload.getInt(4), payload.getLong(8));
    if (payload.getInt(CRC_AT) != GzipMember.crc(payload.slice(0, CRC_AT))
        || layout.blockBytes < 1
        || layout.blockBytes > MAX_BLOCK_BYTES
        || layout.length < 0) {
      throw new IllegalArgumentException("the checksum of its head is another");
    }
    return layout;
  }

  ByteBuffer writeHead() {
    ByteBuffer head = GzipMember.carrier(HEAD_PAYLOAD_BYTES);
    ByteBuffer payload =
        head.slice(GzipMember.PAYLOAD_AT, HEAD_PAYLOAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    payload.putInt(VERSION).putInt(blockBytes).putLong(length);
    payload.putInt(GzipMember.crc(payload.slice(0, CRC_AT)));
    return head;
  }

  long blocks() {
    return Math.ceilDiv(length, (long) blockBytes);
  }

  /** How many bytes a block has. */
  int bytes(long block) {
    return (int) Math.min(blockBytes, length - start(block));
  }

  /** The offset of a block's first byte in what is compressed. */
  long start(long block) {
    return block * blockBytes;
  }

  long carriers() {
    return Math.ceilDiv(blocks(), (long) ENTRIES_PER_CARRIER);
  }

  /** A part of the table, its entries all zero. */
  ByteBuffer emptyCarrier(long number) {
    long entries = Math.min(ENTRIES_PER_CARRIER, blocks() - number * ENTRIES_PER_CARRIER);
    return GzipMember.carrier((int) entries * ENTRY_BYTES);
  }

  /** Where the table's entry for a block stands. */
  long entryAt(long block) {
    long carrier = block / ENTRIES_PER_CARRIER;
    long within = block % ENTRIES_PER_CARRIER;
    return HEAD_BYTES + carrier * CARRIER_BYTES + GzipMember.PAYLOAD_AT + within * ENTRY_BYTES;
  }

  /** Where the first block's member stands. */
  long firstMemberAt() {
    long full = blocks() / ENTRIES_PER_CARRIER;
    int rest = (int) (blocks() % ENTRIES_PER_CARRIER);
    return HEAD_BYTES
        + full * CARRIER_BYTES
        + (rest == 0 ? 0 : GzipMember.carrierBytes(rest * ENTRY_BYTES));
  }
}
