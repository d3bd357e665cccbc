package dev.jobd.worker;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.output.Follower;
import dev.jobd.worker.output.JournalGrowth;
import dev.jobd.worker.store.JobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** Where jobs have their output, and what to say where it is gone. */
final class Outputs {
  private final StateDirectory state;
  private final JobStore store;
  private final int chunkBytes;

  Outputs(StateDirectory state, JobStore store, int chunkBytes) {
    this.state = state;
    this.store = store;
    this.chunkBytes = chunkBytes;
  }

  Path directory(JobId id) {
    return state.job(id.toString());
  }

  Follower follow(JobId id, JournalGrowth growth, ReadRequest request) {
    return new Follower(directory(id), growth, request, chunkBytes, () -> explainAbsence(id));
  }

  /**
   * A job that never ran has no journal, and one whose output was let go has none any more. That is
   * noted before the first file is removed, so whoever missed one finds the note.
   */
  private void explainAbsence(JobId id) throws IOException {
    JobRecord record = store.find(id).orElseThrow(() -> new JobDeletedException(id));
    Instant expired = record.outputExpiredAt();
    if (expired != null) {
      throw new OutputExpiredException(id, record.spec().name(), expired, record.outputExpiredBy());
    }
  }
}
