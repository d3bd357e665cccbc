package dev.jobd.server.rpc;

import dev.jobd.worker.Job;
import dev.jobd.worker.Worker;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs with what they use now, which the kernel is asked for each time. */
final class LiveUsage {
  private static final Logger log = LoggerFactory.getLogger(LiveUsage.class);

  private final Worker worker;
  private final int most;

  /**
   * @param most on one page
   */
  LiveUsage(Worker worker, int most) {
    this.worker = worker;
    this.most = most;
  }

  /** A page of jobs that {@link #write} may take. */
  Page<JobRecord> list(JobQuery query) throws IOException {
    return worker.list(query.withPageSizeAtMost(most));
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

  /** What cannot be read is not said: one job's account keeps nobody from those of the others. */
  static dev.jobd.api.v1.Job write(Job job) {
    Usage usage = usage(job);
    Long output = outputBytes(job);
    JobRecord record = job.record();
    dev.jobd.api.v1.Job message = JobWire.write(record);
    if (record.state() instanceof JobState.Ended) {
      return message;
    }
    dev.jobd.api.v1.Job.Builder live = message.toBuilder();
    if (output != null) {
      live.setOutputBytes(output);
    }
    UsageWire.writeIfKnown(usage, live);
    return live.build();
  }

  private static Usage usage(Job job) {
    try {
      return job.usage();
    } catch (IOException | RuntimeException e) { // whatever the kernel may have written there
      log.warn("read what job {} uses: {}", job.id(), e + "");
      return Usage.UNKNOWN;
    }
  }

  private static @Nullable Long outputBytes(Job job) {
    try {
      return job.outputBytes();
    } catch (IOException e) {
      log.warn("read how much job {} has printed: {}", job.id(), e + "");
      return null;
    }
  }
}
