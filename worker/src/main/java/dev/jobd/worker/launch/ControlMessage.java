package dev.jobd.worker.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One message on a shim's control socket, in either direction; the fields' meaning depends on the
 * type: shim/src/wire.h.
 */
record ControlMessage(int type, int value, long number, long timeNanos) {
  static final int BYTES = 32;

  static final int STOP = 1;
  static final int SIGNAL = 2;
  static final int WATCH = 3;
  static final int LAUNCH = 4;
  static final int ENTER = 5;
  static final int RESUME_STOP = 6;
  static final int INPUT_OPEN = 7;
  static final int INPUT = 8;
  static final int INPUT_END = 9;
  static final int BOUNDS_WRITTEN = 10;

  static final int HELLO = 16;
  static final int STARTED = 17;
  static final int GREW = 18;
  static final int ENDED = 19;
  static final int INPUT_OPENED = 20;
  static final int INPUT_TAKEN = 21;
  static final int INPUT_CLOSED = 22;

  /** Of INPUT_CLOSED. */
  static final int INPUT_COMPLETE = 1;

  static final int VERSION = 1;

  static ControlMessage stop(int signal, long graceNanos) {
    return new ControlMessage(STOP, signal, graceNanos, 0);
  }

  static ControlMessage resumeStop(int signal, long graceNanos) {
    return new ControlMessage(RESUME_STOP, signal, graceNanos, 0);
  }

  static ControlMessage enter() {
    return new ControlMessage(ENTER, 0, 0, 0);
  }

  static ControlMessage launch() {
    return new ControlMessage(LAUNCH, 0, 0, 0);
  }

  static ControlMessage signal(int signal) {
    return new ControlMessage(SIGNAL, signal, 0, 0);
  }

  static ControlMessage watch(long journalEnd) {
    return new ControlMessage(WATCH, 0, journalEnd, 0);
  }

  static ControlMessage openInput() {
    return new ControlMessage(INPUT_OPEN, 0, 0, 0);
  }

  /** Followed by so many bytes of input. */
  static ControlMessage input(int bytes) {
    return new ControlMessage(INPUT, bytes, 0, 0);
  }

  static ControlMessage endInput() {
    return new ControlMessage(INPUT_END, 0, 0, 0);
  }

  static ControlMessage boundsWritten() {
    return new ControlMessage(BOUNDS_WRITTEN, 0, 0, 0);
  }

  static ByteBuffer newBuffer() {
    return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads a whole message from the beginning of {@code buffer}. */
  static ControlMessage decode(ByteBuffer buffer) {
    return new ControlMessage(
        buffer.getInt(0), buffer.getInt(4), buffer.getLong(8), buffer.getLong(16));
  }

  ByteBuffer encode() {
    return newBuffer()
        .putInt(type)
        .putInt(value)
        .putLong(number)
        .putLong(timeNanos)
        .putLong(0)
        .flip();
  }
}
