package dev.jobd.worker.store;

import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.JobState.Command;
import dev.jobd.worker.model.JobState.Ended;
import dev.jobd.worker.model.JobState.Running;
import dev.jobd.worker.model.JobState.Starting;
import dev.jobd.worker.model.JobState.Stopping;
import dev.jobd.worker.model.Usage;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.model.Verdict.Cause;
import dev.jobd.worker.model.Verdict.Exited;
import dev.jobd.worker.model.Verdict.Failed;
import dev.jobd.worker.model.Verdict.Killed;
import dev.jobd.worker.model.Verdict.Lost;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * A {@link JobState} as bytes. Any change of what is written is a new version; the old ones stay
 * readable: version 1 did not say how a job is to be stopped, version 2 not what one had used.
 */
final class StateDocument {
  static final int VERSION = 3;

  /** For a stop of version 1: what most ask for. */
  private static final int SIGTERM = 15;

  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final int STARTING = 1;
  private static final int RUNNING = 2;
  private static final int STOPPING = 3;
  private static final int ENDED = 4;

  private static final int EXITED = 1;
  private static final int KILLED = 2;
  private static final int FAILED = 3;
  private static final int LOST = 4;

  private StateDocument() {}

  static byte[] encode(JobState state) throws IOException {
    DocumentOutput out = new DocumentOutput(VERSION);
    switch (state) {
      case Starting() -> out.writeByte(STARTING);
      case Running(Command command) -> {
        out.writeByte(RUNNING);
        writeCommand(out, command);
      }
      case Stopping(Command command, String requestedBy, int signal, Duration grace) -> {
        out.writeByte(STOPPING);
        writeCommand(out, command);
        out.writeText(requestedBy);
        out.writeInt(signal);
        out.writeLong(grace.toNanos());
      }
      case Ended(Command command, Instant at, Verdict verdict, Usage usage) -> {
        out.writeByte(ENDED);
        out.writePresence(command);
        if (command != null) {
          writeCommand(out, command);
        }
        out.writeLong(Nanos.of(at));
        writeVerdict(out, verdict);
        UsageDocument.write(out, usage);
      }
    }
    return out.toByteArray();
  }

  static JobState decode(byte[] document) throws CorruptDocumentException {
    return DocumentInput.read("state", VERSION, document, StateDocument::readState);
  }

  private static JobState readState(DocumentInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case STARTING -> new Starting();
      case RUNNING -> new Running(readCommand(in));
      case STOPPING ->
          in.version() == 1
              ? new Stopping(readCommand(in), in.readText(), SIGTERM, GRACE)
              : new Stopping(
                  readCommand(in), in.readText(), in.readInt(), Duration.ofNanos(in.readLong()));
      case ENDED ->
          new Ended(
              in.readPresence() ? readCommand(in) : null,
              Nanos.toInstant(in.readLong()),
              readVerdict(in),
              in.version() < 3 ? Usage.UNKNOWN : UsageDocument.read(in));
      default -> throw new IOException("unknown kind " + kind);
    };
  }

  private static void writeCommand(DocumentOutput out, Command command) throws IOException {
    out.writeInt(command.pid());
    out.writeLong(Nanos.of(command.startedAt()));
  }

  private static Command readCommand(DocumentInput in) throws IOException {
    return new Command(in.readInt(), Nanos.toInstant(in.readLong()));
  }

  private static void writeVerdict(DocumentOutput out, Verdict verdict) throws IOException {
    switch (verdict) {
      case Exited(int code) -> {
        out.writeByte(EXITED);
        out.writeInt(code);
      }
      case Killed(int signal, Cause cause, String stoppedBy) -> {
        out.writeByte(KILLED);
        out.writeInt(signal);
        out.writeText(cause.name());
        out.writeOptionalText(stoppedBy);
      }
      case Failed(String step, int errno, String message) -> {
        out.writeByte(FAILED);
        out.writeText(step);
        out.writeInt(errno);
        out.writeText(message);
      }
      case Lost(String reason) -> {
        out.writeByte(LOST);
        out.writeText(reason);
      }
    }
  }

  private static Verdict readVerdict(DocumentInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case EXITED -> new Exited(in.readInt());
      case KILLED -> new Killed(in.readInt(), Cause.valueOf(in.readText()), in.readOptionalText());
      case FAILED -> new Failed(in.readText(), in.readInt(), in.readText());
      case LOST -> new Lost(in.readText());
      default -> throw new IOException("unknown verdict " + kind);
    };
  }
}
