package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.shell;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a job sees of its own limits, and what it can do to them, being root. */
class OwnLimitsTest {
  private static final Path V2_ALONE = Path.of("/sys/fs/cgroup/cgroup.controllers");
  private static final long MEMORY = 64 << 20;
  private static final Limits LIMITS = new Limits(null, MEMORY, 20L, null, null);

  /**
   * Where each limit is under v2, and under v1; and what lifts them, in the order that v1 wants.
   */
  private static final String FILES =
      Files.exists(V2_ALONE)
          ? "cd /sys/fs/cgroup; memory=memory.max pids=pids.max;"
              + " lifted='memory.swap.max=max memory.max=max pids.max=max'; "
          : "cd /sys/fs/cgroup; memory=memory/memory.limit_in_bytes pids=pids/pids.max;"
              + " lifted='memory/memory.memsw.limit_in_bytes=-1 memory/memory.limit_in_bytes=-1"
              + " pids/pids.max=max'; ";

  private static final String RAISE =
      "for limit in $lifted; do echo ${limit#*=} | tee ${limit%=*} 2>&1 >/dev/null; done;"
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

  @Test
  void aJobCannotMakeItsViewWritable() throws Exception {
    String remount = "for at in . memory pids; do mount -o remount,bind,rw $at 2>&1; done; ";
    assertThat(run(remount + RAISE))
        .contains("permission denied", "Read-only file system")
        .endsWith(MEMORY + "\n21\n");
  }

  @Test
  void aJobCannotUncoverWhatItsViewCovers() throws Exception {
    String uncover = "for at in memory pids /sys/fs/cgroup; do umount -l $at 2>&1; done; ";
    assertThat(run(uncover + RAISE))
        .contains("must be superuser", "Read-only file system")
        .endsWith(MEMORY + "\n21\n");
  }

  /** Being the host's root there, too, it could write to its own groups. */
  @Test
  void aJobCannotMountItsGroupsAnewInANamespaceOfItsOwn() throws Exception {
    String type = Files.exists(V2_ALONE) ? "-t cgroup2" : "-t cgroup -o memory";
    String mount = "unshare -U -r -m -C sh -c 'mount " + type + " none /mnt && ls /mnt' 2>&1; ";
    assertThat(run(mount + RAISE))
        .startsWith("unshare: unshare failed: Operation not permitted\n")
        .endsWith(MEMORY + "\n21\n");
  }

  /** Which asks for its threads in a way that a job is refused, and then in another. */
  @Test
  void aJvmFindsItsMemoryThere() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Limits limits = new Limits(null, MEMORY * 4, 200L, null, null);
    Job job =
        test.start(
            JobSpec.builder(List.of(java, "-XshowSettings:system", "-version")).limits(limits));
    assertThat(text(job)).contains("Memory Limit: 256.00M");
    assertThat(job.await().verdict()).isEqualTo(new Verdict.Exited(0));
  }

  private String run(String script) throws Exception {
    Job job = test.start(shell(FILES + script).limits(LIMITS));
    return text(job);
  }
}
