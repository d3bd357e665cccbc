package dev.jobd.worker.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file as the shim writes it. */
record PlainFile(FileChannel channel) implements JournalFile {
  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public int read(ByteBuffer bytes, long position) throws IOException {
    return channel.read(bytes, position);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
