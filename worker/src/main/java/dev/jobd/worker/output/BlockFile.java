package dev.jobd.worker.output;

import dev.jobd.worker.output.BlockLayout.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A compressed file, made of blocks that are compressed each for itself: any byte costs the reading
 * of its block and of the block's entry in the table, however long the file. A reader holds one
 * block, and nothing before its first read. What is damaged costs the blocks that it is in.
 */
final class BlockFile implements JournalFile {
  private final FileChannel channel;
  private final BlockLayout layout;
  private final Path directory;
  private final Path path;

  /** The block that was read last, by its number. */
  private long loaded = NONE;

  private @Nullable ByteBuffer block;
  private boolean waits = true;

  private static final long NONE = -1;

  private BlockFile(FileChannel channel, BlockLayout layout, Path directory, Path path) {
    this.channel = channel;
    this.layout = layout;
    this.directory = directory;
    this.path = path;
  }

  /**
   * Opens the compressed form of a part of the journal in a job's directory.
   *
   * @throws java.nio.file.NoSuchFileException where there is none
   */
  static BlockFile open(Path directory, JournalPart part) throws IOException {
    return open(directory, part.compressed(directory));
  }

  /** Opens a compressed file wherever it is. */
  static BlockFile open(Path directory, Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      ByteBuffer head = ByteBuffer.allocate(BlockLayout.HEAD_BYTES);
      fill(channel, head, 0);
      return new BlockFile(channel, BlockLayout.readHead(head.flip()), directory, path);
    } catch (IllegalArgumentException e) {
      channel.close();
      throw damaged(directory, path.getFileName() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Also for what is in memory: to uncompress a block takes long enough. */
  @Override
  public void waitForDisk(boolean allowed) {
    waits = allowed;
  }

  @Override
  public long size() {
    return layout.length();
  }

  @Override
  public int read(ByteBuffer bytes, long position) throws IOException {
    if (position >= layout.length()) {
      return -1;
    }
    ByteBuffer there = load(position / layout.blockBytes());
    int from = (int) (position % layout.blockBytes());
    int count = Math.min(bytes.remaining(), there.limit() - from);
    bytes.put(there.slice(from, count));
    return count;
  }

  private ByteBuffer load(long number) throws IOException {
    ByteBuffer there = block;
    if (there != null && loaded == number) {
      return there;
    }
    if (!waits) {
      throw new NotCachedException();
    }
    if (there == null) {
      there = ByteBuffer.allocate((int) Math.min(layout.blockBytes(), layout.length()));
      block = there;
    }
    loaded = NONE; // where this fails, it holds nothing
    there.clear().limit(layout.bytes(number));
    try {
      Entry entry = entry(number);
      GzipMember.read(member(entry), there, entry.crc());
    } catch (DataFormatException e) {
      throw damaged(
          directory,
          "block %d of %s, from offset %d on: %s"
              .formatted(number, path.getFileName(), layout.start(number), e.getMessage()),
          e);
    }
    loaded = number;
    return there;
  }

  private Entry entry(long number) throws IOException, DataFormatException {
    ByteBuffer entry = ByteBuffer.allocate(BlockLayout.ENTRY_BYTES);
    if (!fill(channel, entry, layout.entryAt(number))) {
      throw new DataFormatException("the file ends before its entry in the table");
    }
    return Entry.read(entry.flip());
  }

  private ByteBuffer member(Entry entry) throws IOException, DataFormatException {
    if (entry.start() < layout.firstMemberAt()
        || entry.bytes() < 1
        || entry.bytes() > GzipMember.maxBytes(layout.blockBytes())) {
      throw new DataFormatException("its entry in the table cannot be");
    }
    ByteBuffer member = ByteBuffer.allocate(entry.bytes());
    if (!fill(channel, member, entry.start())) {
      throw new DataFormatException("the file ends before it does");
    }
    return member.flip();
  }

  /** Tells whether there was enough. */
  private static boolean fill(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  private static IOException damaged(Path directory, String how, Exception cause) {
    return new IOException("journal " + directory + " is damaged: " + how, cause);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
