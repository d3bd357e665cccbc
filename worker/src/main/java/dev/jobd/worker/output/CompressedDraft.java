package dev.jobd.worker.output;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * A part of a finished journal on its way to its compressed form, a block at a time: {@link #step}
 * until there are no more, then {@link #name}, then {@link #removePlain}. At every moment between,
 * also after a crash, one form is whole: the new one has its name when it has been read back and is
 * durable, and the old one goes when that name is durable. What was begun and is not named goes
 * when this is closed, or is begun anew by the next draft.
 *
 * <p>Memory: two blocks. For use by one thread.
 */
public final class CompressedDraft implements Closeable {
  /** Files of fewer bytes stay as they are: there is little to be had. */
  public static final long MIN_BYTES = 64 << 10;

  /** A file is kept compressed where it has no more than this part of its bytes then. */
  private static final double WORTHWHILE = 7.0 / 8;

  /** From here on a file that does not shrink is given up, and not only at its end. */
  private static final long SAMPLE_BYTES = 1 << 20;

  /** What a commit of the file system, for which others wait, may have to write of this. */
  private static final long SYNC_BYTES = 4 << 20;

  /** Jobs need the disk more: this part of it stays free. */
  private static final int MIN_FREE_PARTS = 20;

  /** Twice as fast as zlib's usual 6, for about a hundredth more of the plain bytes. */
  private static final int LEVEL = 4;

  private static final Set<OpenOption> NEW =
      Set.of(
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING, // what a crash left
          LinkOption.NOFOLLOW_LINKS);

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path directory;
  private final JournalPart part;
  private final Bounds bounds;
  private final Path draft;
  private final FileChannel plain;
  private final FileChannel compressed;
  private final BlockLayout layout;
  private final Deflater deflater = new Deflater(LEVEL, true);
  private final ByteBuffer block;

  /** The block to write next, where it goes, and how much of what is before is on the disk. */
  private long next;

  private long end;
  private long synced;

  /** There once all is written: the draft as readers will see it, and the block to read next. */
  private @Nullable BlockFile written;

  private long readBack;
  private boolean shrinks = true;

  /** What to compress, and how; tests have other bounds. */
  record Bounds(long minBytes, double worthwhile, int blockBytes) {}

  private CompressedDraft(
      Path directory,
      JournalPart part,
      Bounds bounds,
      BlockLayout layout,
      FileChannel plain,
      FileChannel compressed) {
    this.directory = directory;
    this.part = part;
    this.bounds = bounds;
    this.layout = layout;
    this.draft = part.draft(directory);
    this.plain = plain;
    this.compressed = compressed;
    this.block = ByteBuffer.allocate(layout.blockBytes());
  }

  /**
   * Begins one; {@code null} where there is nothing to compress, or nothing any more.
   *
   * @throws NoRoomException where the disk has no room to spare
   */
  public static @Nullable CompressedDraft begin(Path directory, JournalPart part)
      throws IOException {
    return begin(directory, part, new Bounds(MIN_BYTES, WORTHWHILE, part.blockBytes()));
  }

  static @Nullable CompressedDraft begin(Path directory, JournalPart part, Bounds bounds)
      throws IOException {
    FileChannel plain;
    try {
      plain = FileChannel.open(part.plain(directory), StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      BlockLayout layout = new BlockLayout(bounds.blockBytes(), plain.size());
      if (layout.length() < bounds.minBytes()) {
        plain.close();
        return null;
      }
      requireRoom(directory);
      FileChannel compressed = FileChannel.open(part.draft(directory), NEW, OWNER_ONLY);
      return new CompressedDraft(directory, part, bounds, layout, plain, compressed);
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  /**
   * Goes on by a block, a few milliseconds' work; tells whether there is more to do.
   *
   * @throws NoRoomException where the disk has no more room to spare
   */
  public boolean step() throws IOException {
    if (end == 0) {
      writeTable();
    } else if (next < layout.blocks()) {
      compressBlock();
    } else if (written == null) {
      compressed.force(true);
      written = BlockFile.open(directory, draft);
    } else {
      readBlockBack(written);
    }
    return shrinks && (written == null || readBack < layout.blocks());
  }

  private void compressBlock() throws IOException {
    block.clear().limit(layout.bytes(next));
    long start = layout.start(next);
    while (block.hasRemaining()) {
      if (plain.read(block, start + block.position()) < 0) {
        throw new IOException(part.plain(directory) + " became shorter while it was compressed");
      }
    }
    ByteBuffer member = GzipMember.of(block.flip(), deflater);
    int crc = GzipMember.crc(block);
    write(new BlockLayout.Entry(end, member.remaining(), crc).write(), layout.entryAt(next));
    end = write(member, end);
    next++;
    if (end - synced >= SYNC_BYTES) {
      requireRoom(directory);
      compressed.force(false);
      synced = end;
    }
    long read = Math.min(layout.start(next), layout.length());
    boolean tells = read >= SAMPLE_BYTES || next == layout.blocks();
    shrinks = !tells || end <= read * bounds.worthwhile();
  }

  private void writeTable() throws IOException {
    end = write(layout.writeHead(), 0);
    for (long carrier = 0; carrier < layout.carriers(); carrier++) {
      end = write(layout.emptyCarrier(carrier), end);
    }
  }

  /** Tells where the next bytes go. */
  private long write(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += compressed.write(bytes, at);
    }
    return at;
  }

  /** Its checksum was made of the plain bytes: what comes out as it says is what went in. */
  private void readBlockBack(BlockFile file) throws IOException {
    file.read(block.clear().limit(1), layout.start(readBack));
    readBack++;
  }

  /** Whether the compressed form is worth its place; where it is not, the draft is to be closed. */
  public boolean shrinks() {
    return shrinks;
  }

  /** After the last step: gives the compressed form its name, durably. */
  public void name() throws IOException {
    Files.move(draft, part.compressed(directory), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /** After {@link #name}: who has the plain form open reads on. */
  public void removePlain() throws IOException {
    Files.deleteIfExists(part.plain(directory));
  }

  private static void requireRoom(Path directory) throws IOException {
    File disk = directory.toFile();
    long free = disk.getUsableSpace();
    if (free < disk.getTotalSpace() / MIN_FREE_PARTS) {
      throw new NoRoomException(
          "only " + free + " bytes of the disk are free, less than a twentieth of it");
    }
  }

  /** Leaves nothing of a draft that has no name. */
  @Override
  public void close() throws IOException {
    deflater.end();
    try (plain;
        compressed;
        BlockFile _ = written) {
      Files.deleteIfExists(draft);
    }
  }
}
