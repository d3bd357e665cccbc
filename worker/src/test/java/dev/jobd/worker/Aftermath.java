package dev.jobd.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.Verdict;
import dev.jobd.worker.output.JournalPart;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What has to hold after servers were killed, seen by the one that comes next: each job has one
 * true verdict or runs on, what was acknowledged is so, nothing ran twice, and nothing is left
 * over.
 */
final class Aftermath {
  private static final int BOUND_SECONDS = 60;
  private static final int SIGTERM = StopRequest.SIGTERM;
  private static final int SIGKILL = StopRequest.SIGKILL;
  private static final String CHECKER = "aftermath";

  static final Verdict STOPPED_THERE =
      new Verdict.Killed(SIGKILL, Verdict.Cause.STOP_REQUEST, CHECKER);
  static final Verdict STOPPED_BEFORE =
      new Verdict.Killed(SIGTERM, Verdict.Cause.STOP_REQUEST, "alice");

  private final Place place;
  private final Said said;
  private final Map<JobId, Long> ran;

  private Aftermath(Place place, Said said) throws IOException {
    this.place = place;
    this.said = said;
    this.ran = new HashMap<>();
    countRuns();
  }

  /**
   * Opens the next worker, has it end every job that does not by itself, and closes it.
   *
   * @return the jobs, with their ends
   */
  static List<JobRecord> check(Place place, Said said) throws Exception {
    Aftermath aftermath = new Aftermath(place, said);
    List<JobRecord> ends;
    try (Worker worker = Worker.open(DoomedServer.config(place.state(), TestWorker.SHIM))) {
      List<JobRecord> records = records(worker);
      aftermath.checkPresence(records);
      for (JobRecord record : records) {
        Job job = worker.find(record.id()).orElseThrow();
        aftermath.checkEnd(job, Errand.of(record));
      }
      aftermath.countRuns();
      aftermath.checkPresence(records);
      ends = records(worker);
      checkVerdictsStored(ends);
      aftermath.awaitSweep(records);
    }
    aftermath.checkHost();
    return ends;
  }

  private static List<JobRecord> records(Worker worker) throws IOException {
    List<JobRecord> records = new ArrayList<>();
    JobQuery query = JobQuery.ALL;
    while (true) {
      Page<JobRecord> page = worker.list(query);
      records.addAll(page.items());
      if (page.nextToken() == null) {
        return records;
      }
      query = query.withPageToken(page.nextToken());
    }
  }

  private void countRuns() throws IOException {
    for (String id : Directories.names(place.ran())) {
      long times = Files.readAllLines(place.ran().resolve(id)).size();
      ran.put(JobId.parse(id).orElseThrow(), times);
    }
  }

  private void checkPresence(List<JobRecord> records) {
    Set<JobId> present = new HashSet<>();
    records.forEach(record -> present.add(record.id()));
    Set<JobId> expected = new HashSet<>(said.started);
    expected.addAll(ran.keySet());
    expected.removeAll(said.deleting);
    assertThat(present).as("jobs that were acknowledged or executed").containsAll(expected);
    assertThat(present).as("deleted jobs").noneMatch(said.deleted::contains);
    assertThat(ran.values()).as("how often jobs were executed").allMatch(times -> times <= 1);
  }

  private void checkEnd(Job job, Errand errand) throws Exception {
    Verdict verdict = verdictOf(job, errand);
    if (neverRan(verdict)) {
      assertThat(said.started).as("acknowledged, and %s", verdict).doesNotContain(job.id());
      assertThat(place.ran().resolve(job.id().toString())).as("%s", verdict).doesNotExist();
    } else if (errand.endless) {
      checkCount(job);
    } else {
      assertThat(verdict).as("%s", job.id()).isEqualTo(new Verdict.Exited(Errand.EXIT_CODE));
      assertThat(place.ran().resolve(job.id().toString())).hasContent("ran");
      checkOutput(job);
      awaitCompression(job);
      checkOutput(job);
    }
    String toldBefore = said.ended.get(job.id());
    if (toldBefore != null) {
      assertThat(verdict).as("%s", job.id()).hasToString(toldBefore);
    }
  }

  private static void checkOutput(Job job) throws Exception {
    assertThat(text(job, OutputStreamKind.STDOUT)).isEqualTo(Errand.stdout());
    assertThat(text(job, OutputStreamKind.STDERR)).isEqualTo(Errand.STDERR);
  }

  /** Whatever was begun before is finished or gone. */
  private static void awaitCompression(Job job) throws Exception {
    Directories.awaitRemovals(
        job.directory(),
        names -> !names.contains("output") && names.stream().noneMatch(n -> n.endsWith(".tmp")));
    assertThat(JournalPart.OUTPUT.compressed(job.directory())).exists();
  }

  /**
   * The shim was there and took the job back; or there was none yet, of which no evidence can be
   * told from evidence that was lost.
   */
  private static boolean neverRan(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Failed(String step, int errno, String message) -> step.equals("release");
      case Verdict.Lost lost -> true;
      case Verdict.Exited exited -> false;
      case Verdict.Killed killed -> false;
    };
  }

  /** An endless job has to be stopped here, unless somebody did before. */
  private Verdict verdictOf(Job job, Errand errand) throws Exception {
    if (!errand.endless || isOver(job)) {
      return end(job);
    }
    job.stop(StopRequest.kill(CHECKER));
    Verdict verdict = end(job);
    if (!neverRan(verdict)) {
      assertThat(verdict).as("%s", job.id()).isEqualTo(STOPPED_THERE);
    }
    return verdict;
  }

  /** Whether a stop was asked for before, which then has to end the job. */
  private boolean isOver(Job job) throws Exception {
    if (said.stopped.contains(job.id())
        || job.state() instanceof JobState.Stopping
        || job.state() instanceof JobState.Ended) {
      Verdict verdict = end(job);
      if (!neverRan(verdict)) {
        assertThat(verdict).as("%s, which was stopped", job.id()).isEqualTo(STOPPED_BEFORE);
      }
      return true;
    }
    return false;
  }

  private static Verdict end(Job job) throws Exception {
    return job.ended().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS).verdict();
  }

  private static String text(Job job, OutputStreamKind stream) throws Exception {
    return new String(TestWorker.output(job, stream), UTF_8);
  }

  private static void checkCount(Job job) throws Exception {
    String count = text(job, OutputStreamKind.STDOUT);
    assertThat(count).as("output of %s", job.id()).isEqualTo(Errand.count(count.lines().count()));
  }

  private static void checkVerdictsStored(List<JobRecord> records) {
    assertThat(records).allSatisfy(r -> assertThat(r.state()).isInstanceOf(JobState.Ended.class));
  }

  /** Directories that no record tells of go, and their cgroups before them. */
  private void awaitSweep(List<JobRecord> records) throws Exception {
    Set<String> recorded = new HashSet<>();
    records.forEach(record -> recorded.add(record.id().toString()));
    Directories.awaitRemovals(place.jobs(), recorded::containsAll);
  }

  private void checkHost() throws Exception {
    for (ProcessHandle shim : Processes.workingIn(place.root())) {
      shim.onExit().get(BOUND_SECONDS, TimeUnit.SECONDS);
    }
    String instance = Files.readString(place.state().resolve("instance"));
    try (Cgroups cgroups = Cgroups.open(instance)) {
      assertThat(cgroups.jobs()).as("cgroups").isEmpty();
    }
  }
}
