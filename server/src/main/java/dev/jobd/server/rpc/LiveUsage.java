package dev.jobd.server.rpc;

import dev.jobd.worker.Job;
import dev.jobd.worker.Worker;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Jobs with what they use now, which the kernel is asked for each time. */
final class LiveUsage {
  /** Of one page: each takes about ten reads of small files, and a tenth of a millisecond. */
  static final int MAX_JOBS = 100;

  private final Worker worker;

  LiveUsage(Worker worker) {
    this.worker = worker;
  }

  /**
   * Those of a page, each as it stands now: one may have ended since the page was read. Lets other
   * calls run in between: a virtual thread keeps its processor until it blocks, and reading such
   * files is no blocking.
   */
  @SuppressWarnings("ThreadPriorityCheck") // nothing relies on what runs next
  List<dev.jobd.api.v1.Job> write(List<JobRecord> page) throws IOException {
    List<dev.jobd.api.v1.Job> jobs = new ArrayList<>(page.size());
    for (JobRecord record : page) {
      Optional<Job> live =
          record.state() instanceof JobState.Ended ? Optional.empty() : worker.find(record.id());
      jobs.add(live.isPresent() ? write(live.get()) : JobWire.write(record));
      Thread.yield();
    }
    return jobs;
  }

  static dev.jobd.api.v1.Job write(Job job) throws IOException {
    Usage usage = job.usage();
    long output = job.outputBytes();
    JobRecord record = job.record();
    dev.jobd.api.v1.Job message = JobWire.write(record);
    if (record.state() instanceof JobState.Ended) {
      return message;
    }
    dev.jobd.api.v1.Job.Builder live = message.toBuilder().setOutputBytes(output);
    UsageWire.writeIfKnown(usage, live);
    return live.build();
  }
}
