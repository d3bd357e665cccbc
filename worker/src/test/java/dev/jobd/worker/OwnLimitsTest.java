package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a job sees of its own limits, and what it can do to them, being root. */
class OwnLimitsTest {
  private static final Path V2_ALONE = Path.of("/sys/fs/cgroup/cgroup.controllers");
  private static final long MEMORY = 64 << 20;
  private static final Limits LIMITS = new Limits(null, MEMORY, 20L, null, null);

  /** Where each limit is under v2, and under v1. */
  private static final String FILES =
      Files.exists(V2_ALONE)
          ? "cd /sys/fs/cgroup; memory=memory.max pids=pids.max most=max; "
          : "cd /sys/fs/cgroup; memory=memory/memory.limit_in_bytes pids=pids/pids.max most=-1; ";

  private static final String RAISE =
      "for file in $memory $pids; do echo $most | tee $file 2>&1 >/dev/null; done;"
          + " cat $memory $pids";

  private TestWorker test;

  @BeforeEach
  void open() throws IOException {
    test = TestWorker.open();
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  @Test
  void aJobFindsItsLimitsWhereProgramsLookForThem() throws Exception {
    assertThat(run("cat $memory $pids")).isEqualTo(MEMORY + "\n21\n");
  }

  @Test
  void aJobCannotRaiseThem() throws Exception {
    assertThat(run(RAISE)).contains("Read-only file system").endsWith(MEMORY + "\n21\n");
  }

  /** {@code nsdelegate}, which systemd mounts with, has the kernel refuse it. */
  @Test
  void aJobThatMakesItsViewWritableCannotRaiseThemWhereV2IsMountedWithNsdelegate()
      throws Exception {
    assumeTrue(
        Files.readString(Path.of("/proc/self/mountinfo")).contains("nsdelegate"),
        "needs a cgroup2 mount with nsdelegate");
    String remount = "mount -o remount,bind,rw /sys/fs/cgroup; ";
    assertThat(run(remount + RAISE))
        .contains("Operation not permitted")
        .doesNotContain("Read-only")
        .endsWith(MEMORY + "\n21\n");
  }

  private String run(String script) throws Exception {
    Job job = test.start(shell(FILES + script).limits(LIMITS));
    return text(job);
  }
}
