package dev.jobd.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A file that every write to fails. */
record Unwritable(String why) implements WritableByteChannel {
  static final Unwritable WITHOUT_READER = new Unwritable("Broken pipe");
  static final Unwritable FULL = new Unwritable("No space left on device");

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    throw new IOException(why);
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
