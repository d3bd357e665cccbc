package dev.jobd.cli.render;

import dev.jobd.api.v1.OutputStream;

/**
 * A line of a job's output, or a piece of one that is too long. The pieces and lines of a stream,
 * one after the other, are the stream.
 *
 * @param time when its first byte was read from the job, in nanoseconds since 1970
 * @param bytes hold it at {@code from} to {@code to}, with its newline where it has one; valid only
 *     during the call that hands it over
 * @param continues whether it goes on where the piece before broke off
 * @param breaksOff whether the next of this stream goes on with this line
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Line(
    OutputStream stream,
    long time,
    byte[] bytes,
    int from,
    int to,
    boolean continues,
    boolean breaksOff) {

  boolean hasNewline() {
    return bytes[to - 1] == '\n';
  }
}
