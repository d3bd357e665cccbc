package dev.jobd.server.auth;

import dev.jobd.worker.Job;
import dev.jobd.worker.Worker;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.Page;
import java.io.IOException;
import java.util.Optional;

/** The part of a {@link Worker} that finding jobs takes. */
public interface JobDirectory {
  static JobDirectory of(Worker worker) {
    return new JobDirectory() {
      @Override
      public Optional<Job> find(JobId id) throws IOException {
        return worker.find(id);
      }

      @Override
      public Page<JobRecord> list(JobQuery query) throws IOException {
        return worker.list(query);
      }
    };
  }

  Optional<Job> find(JobId id) throws IOException;

  Page<JobRecord> list(JobQuery query) throws IOException;
}
