package dev.jobd.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no record tells of goes when a worker opens, unless it shows that a job was executed. */
final class OrphansTest {
  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private Path directory(String name) {
    return test.directory().resolve("jobs").resolve(name);
  }

  private Path made(String name) throws IOException {
    return Files.createDirectory(directory(name));
  }

  @Test
  void directoriesAndGroupsOfStartsThatWereNeverRecordedGo() throws Exception {
    String early = JobId.random().toString();
    String late = JobId.random().toString();
    String instance = Files.readString(test.directory().resolve("instance"), US_ASCII);
    test.restart(
        () -> {
          made(early);
          Files.createFile(made(late).resolve("output"));
          Files.createFile(directory(late).resolve("exit.tmp"));
          Cgroups.open(instance).create(late, WorkerConfig.DEFAULT_LIMITS);
        });

    awaitGone(early);
    awaitGone(late);
    assertThat(Cgroups.open(instance).jobs()).isEmpty(); // the worker's own, which closes them
  }

  @Test
  void whatShowsThatAJobWasExecutedIsKept() throws Exception {
    String printed = JobId.random().toString();
    String damaged = JobId.random().toString();
    String swept = JobId.random().toString();
    test.restart(
        () -> {
          Files.writeString(made(printed).resolve("output"), "precious");
          Files.writeString(made(damaged).resolve("exit"), "nonsense");
          made("lost+found");
          made(swept);
        });

    awaitGone(swept);
    test.restart(); // after which they were all looked at
    assertThat(directory(printed).resolve("output")).hasContent("precious");
    assertThat(directory(damaged)).exists();
    assertThat(directory("lost+found")).exists();
  }

  @Test
  void theOutputOfEndedJobsIsKept() throws Exception {
    Job job = test.sh("echo kept");
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
    String swept = JobId.random().toString();
    test.restart(() -> made(swept));

    awaitGone(swept);
    test.restart();
    assertThat(TestWorker.text(test.worker().find(job.id()).orElseThrow())).isEqualTo("kept\n");
  }

  private void awaitGone(String name) throws IOException, InterruptedException {
    Directories.awaitRemovals(test.directory().resolve("jobs"), left -> !left.contains(name));
  }
}
