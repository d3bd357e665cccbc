package dev.jobd.worker.store;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Limits} as bytes. Any change of what is written is a new version; the old ones stay
 * readable: version 1 ended with {@code outputBytes}.
 */
final class LimitsDocument {
  static final int VERSION = 2;

  private LimitsDocument() {}

  static byte[] encode(Limits limits) throws IOException {
    DocumentOutput out = new DocumentOutput(VERSION);
    write(out, limits);
    return out.toByteArray();
  }

  static Limits decode(byte[] document) throws CorruptDocumentException {
    return DocumentInput.read(
        "limits", VERSION, document, in -> in.version() > 1 ? read(in) : readFirst(in));
  }

  /** As documents have them that hold limits among other things. */
  static void write(DocumentOutput out, Limits limits) throws IOException {
    out.writeOptionalLong(limits.cpuMillis());
    out.writeOptionalLong(limits.memoryBytes());
    out.writeOptionalLong(limits.pids());
    out.writeOptionalLong(limits.timeout() == null ? null : limits.timeout().toNanos());
    out.writeOptionalLong(limits.outputBytes());
    out.writeOptionalLong(limits.cpuWeight());
    out.writeOptionalText(limits.cpuset() == null ? null : limits.cpuset().list());
    out.writeOptionalInt(limits.nice());
    out.writeOptionalLong(limits.swapBytes());
    out.writeOptionalLong(limits.ioWeight());
    out.writeByte(limits.io().size());
    for (IoLimit io : limits.io()) {
      out.writeOptionalText(io.device());
      out.writeOptionalLong(io.readBps());
      out.writeOptionalLong(io.writeBps());
      out.writeOptionalLong(io.readIops());
      out.writeOptionalLong(io.writeIops());
    }
  }

  /** What {@link #write} wrote. */
  static Limits read(DocumentInput in) throws IOException {
    return readBuilder(in)
        .cpuWeight(in.readOptionalLong())
        .cpuset(toCpuSet(in.readOptionalText()))
        .nice(in.readOptionalInt())
        .swapBytes(in.readOptionalLong())
        .ioWeight(in.readOptionalLong())
        .io(readIo(in))
        .build();
  }

  /** What the first version of {@link #write} wrote. */
  static Limits readFirst(DocumentInput in) throws IOException {
    return readBuilder(in).build();
  }

  private static Limits.Builder readBuilder(DocumentInput in) throws IOException {
    return Limits.builder()
        .cpuMillis(in.readOptionalLong())
        .memoryBytes(in.readOptionalLong())
        .pids(in.readOptionalLong())
        .timeout(toDuration(in.readOptionalLong()))
        .outputBytes(in.readOptionalLong());
  }

  private static List<IoLimit> readIo(DocumentInput in) throws IOException {
    int count = in.readByte();
    List<IoLimit> limits = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      limits.add(
          new IoLimit(
              in.readOptionalText(),
              in.readOptionalLong(),
              in.readOptionalLong(),
              in.readOptionalLong(),
              in.readOptionalLong()));
    }
    return limits;
  }

  private static @Nullable CpuSet toCpuSet(@Nullable String list) {
    return list == null ? null : new CpuSet(list);
  }

  private static @Nullable Duration toDuration(@Nullable Long nanos) {
    return nanos == null ? null : Duration.ofNanos(nanos);
  }
}
