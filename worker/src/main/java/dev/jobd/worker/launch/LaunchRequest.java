package dev.jobd.worker.launch;

import dev.jobd.worker.model.JobSpec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the shim is told to do. The bytes are a contract with it: shim/src/wire.h.
 *
 * @param directory the job's directory
 * @param hostname what the job sees as its host's name
 * @param env the whole environment of the command
 * @param unified the job's directory in the cgroup2 tree, where one is mounted
 * @param tasksFiles of the job's group in each v1 hierarchy
 * @param oomEvents where the kernel counts the group's out-of-memory kills
 * @param oomNotice where the kernel is asked for notice of the group's want of memory, if it does
 *     not kill a group as a whole itself
 * @param io the directory of the job's group where its reading and writing is bounded
 */
public record LaunchRequest(
    Path directory,
    String hostname,
    JobSpec spec,
    Map<String, String> env,
    @Nullable Path unified,
    List<Path> tasksFiles,
    Path oomEvents,
    @Nullable Path oomNotice,
    @Nullable Path io) {

  private static final int MAGIC = 0x51424f4a;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 12;
  private static final int FIELD_HEADER_BYTES = 8;
  private static final long PROFILE_ROOT = 0;

  private enum Field {
    DIRECTORY(1),
    HOSTNAME(2),
    ARGUMENT(3),
    VARIABLE(4),
    WORKDIR(5),
    UNIFIED(6),
    TASKS(7),
    OOM(8),
    TIMEOUT(9),
    OUTPUT_MAX(10),
    PROFILE(11),
    MERGED(12),
    STDIN(13),
    WAIT_TREE(14),
    NICE(15),
    OOM_NOTICE(16),
    IO(17);

    private final int tag;

    Field(int tag) {
      this.tag = tag;
    }
  }

  byte[] encode() {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    put(fields, Field.DIRECTORY, directory.toString());
    put(fields, Field.HOSTNAME, hostname);
    spec.argv().forEach(argument -> put(fields, Field.ARGUMENT, argument));
    env.forEach((name, value) -> put(fields, Field.VARIABLE, name + "=" + value));
    put(fields, Field.WORKDIR, spec.workingDirectory());
    if (unified != null) {
      put(fields, Field.UNIFIED, unified.toString());
    }
    tasksFiles.forEach(file -> put(fields, Field.TASKS, file.toString()));
    put(fields, Field.OOM, oomEvents.toString());
    if (oomNotice != null) {
      put(fields, Field.OOM_NOTICE, oomNotice.toString());
    }
    if (io != null) {
      put(fields, Field.IO, io.toString());
    }
    if (spec.limits().timeout() != null) {
      put(fields, Field.TIMEOUT, spec.limits().timeout().toNanos());
    }
    if (spec.limits().outputBytes() != null) {
      put(fields, Field.OUTPUT_MAX, spec.limits().outputBytes());
    }
    if (spec.limits().nice() != null) {
      put(fields, Field.NICE, spec.limits().nice());
    }
    put(fields, Field.PROFILE, PROFILE_ROOT);
    if (spec.mergeOutput()) {
      put(fields, Field.MERGED, 1);
    }
    if (spec.openStdin()) {
      put(fields, Field.STDIN, 1);
    }
    if (spec.waitForTree()) {
      put(fields, Field.WAIT_TREE, 1);
    }

    return littleEndian(HEADER_BYTES + fields.size())
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(HEADER_BYTES + fields.size())
        .put(fields.toByteArray())
        .array();
  }

  private static void put(ByteArrayOutputStream to, Field field, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    to.writeBytes(fieldHeader(field, text.length + 1));
    to.writeBytes(text);
    to.write(0);
  }

  private static void put(ByteArrayOutputStream to, Field field, long value) {
    to.writeBytes(fieldHeader(field, Long.BYTES));
    to.writeBytes(littleEndian(Long.BYTES).putLong(value).array());
  }

  private static byte[] fieldHeader(Field field, int length) {
    return littleEndian(FIELD_HEADER_BYTES).putInt(field.tag).putInt(length).array();
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
