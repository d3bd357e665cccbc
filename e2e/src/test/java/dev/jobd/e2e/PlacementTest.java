package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where {@code jobd} may find itself on a host with cgroup v2 alone, and what it does there. */
@Tag("guest")
class PlacementTest {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  /** The parent of the kernel's own processes, which are at the root on every host. */
  private static final long KTHREADD = 2;

  private static final String WHERE_THE_JOB_IS = "cat /proc/self/cgroup";

  private @Nullable Running sleeper;
  private final Path group = ROOT.resolve("jobd-e2e-" + UUID.randomUUID());

  @BeforeEach
  void makeGroup() throws Exception {
    assumeTrue(
        Files.exists(ROOT.resolve("cgroup.controllers")),
        "needs a host with cgroup v2 alone; make guest has one");
    Files.createDirectory(group);
  }

  @AfterEach
  void removeGroup() throws Exception {
    if (sleeper != null) {
      sleeper.process().destroyForcibly().waitFor();
    }
    if (Files.exists(group)) {
      for (Path child : children()) {
        awaitMembers(child, List.of());
        Files.delete(child);
      }
      awaitMembers(group, List.of());
      Files.delete(group);
    }
  }

  @Test
  void aloneInItsGroupItMovesItselfAndAtItsEndTheGroupIsAsItWas() throws Exception {
    assertThat(in(group, "jobd check").out()).contains("jobd is alone in " + group);
    assertUntouched();

    assertThat(in(group, "jobd run -- " + WHERE_THE_JOB_IS).succeeded().out()).isEqualTo("0::/\n");
    assertUntouched();
  }

  @Test
  void whoElseIsInItsGroupStaysThereAndItSaysWhatToDoInstead() throws Exception {
    long other = startSleeper();
    String shared = "is shared with processes [" + other + "]";
    String wayOut = "systemd-run --scope -p Delegate=yes before";

    assertThat(in(group, "jobd check").hasExitCode(1).out()).contains(shared, wayOut);
    assertThat(in(group, "jobd run -- true").failedWith(125).err()).contains(shared, wayOut);

    assertThat(members(group)).containsExactly(other);
    assertUntouched();
  }

  /** As systemd marks the group of a unit with Delegate=yes. */
  @Test
  void inADelegatedGroupEverybodyMovesToALeaf() throws Exception {
    Files.getFileAttributeView(group, UserDefinedFileAttributeView.class)
        .write("delegate", ByteBuffer.wrap("1".getBytes(UTF_8)));
    long other = startSleeper();
    assertThat(in(group, "jobd check").out()).contains(group + " is delegated by systemd");
    assertUntouched();

    in(group, "jobd run --memory 64M -- true").succeeded();

    awaitMembers(group, List.of());
    awaitMembers(group.resolve("jobd-server"), List.of(other));
  }

  /** What it tells whom it refuses to do. */
  @Test
  void asAUnitOfSystemdWithDelegateItRuns() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/run/systemd/system")),
        "needs a host that systemd runs; make guest has one");
    String unit = "exec systemd-run --scope --quiet -p Delegate=yes ";
    assertThat(await(unit + "jobd check").out()).contains(".scope is delegated by systemd");

    String limit = "jobd run --memory 64M -- cat /sys/fs/cgroup/memory.max";
    assertThat(await(unit + limit).succeeded().out()).isEqualTo((64 << 20) + "\n");
  }

  @Test
  void inAContainerTheRootOfItsNamespaceIsItsOwn() throws Exception {
    long other = startSleeper();
    assertThat(inContainer("jobd check").out()).contains("is the root of a cgroup namespace");
    assertUntouched();

    String limit = "jobd run --memory 64M -- cat /sys/fs/cgroup/memory.max";
    assertThat(inContainer(limit).succeeded().out()).isEqualTo((64 << 20) + "\n");
    awaitMembers(group.resolve("jobd-server"), List.of(other));
  }

  @Test
  void inAContainerWhoseCgroupsAreReadOnlyItRefuses() throws Exception {
    String readOnly = "mount -o remount,bind,ro /sys/fs/cgroup && exec ";
    assertThat(inContainer(readOnly + "jobd check").hasExitCode(1).out())
        .contains("make groups in /sys/fs/cgroup: it is mounted read-only; in a container");
    assertThat(inContainer(readOnly + "jobd run -- true").failedWith(125).err())
        .contains("make groups in /sys/fs/cgroup: it is mounted read-only; in a container");
  }

  @Test
  void atTheRealRootNobodyMoves() throws Exception {
    assertThat(in(ROOT, "jobd check").out()).contains(ROOT + " is the root of cgroup v2");
    in(ROOT, "jobd run --cpus 0.5 -- true").succeeded();

    assertThat(members(ROOT)).contains(KTHREADD);
    assertThat(ROOT.resolve("jobd")).doesNotExist();
    assertThat(ROOT.resolve("jobd-server")).doesNotExist();
  }

  /** Runs a shell's command, whose shell becomes it, in {@code where}. */
  private static Outcome in(Path where, String command) throws Exception {
    return await("echo 0 >" + where + "/cgroup.procs && exec " + command);
  }

  /** The same below {@link #group}, whose processes see no group above it. */
  private Outcome inContainer(String command) throws Exception {
    String mount = "umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && ";
    String exec = command.contains("exec ") ? command : "exec " + command;
    return in(group, "unshare --cgroup --mount sh -c '" + mount + exec + "'");
  }

  /** Another process in {@link #group}, until the end of the test. */
  private long startSleeper() throws Exception {
    sleeper = sh("echo 0 >" + group + "/cgroup.procs && echo there && exec sleep 1000");
    sleeper.stdout().awaitLine(Running.BOUND);
    return sleeper.process().pid();
  }

  private static Outcome await(String script) throws Exception {
    try (Running running = sh(script)) {
      return running.await();
    }
  }

  private static Running sh(String script) throws Exception {
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", script);
    shell.environment().merge("PATH", Dist.HOME + "/bin", (path, bin) -> bin + ":" + path);
    return Running.start(shell);
  }

  private void assertUntouched() throws Exception {
    assertThat(children()).isEmpty();
    assertThat(group.resolve("cgroup.subtree_control")).hasContent("");
  }

  private List<Path> children() throws Exception {
    try (Stream<Path> entries = Files.list(group)) {
      return entries.filter(e -> Files.isDirectory(e, LinkOption.NOFOLLOW_LINKS)).toList();
    }
  }

  /**
   * The shim of a job leaves a moment after it has told of the end, and its jobd may be gone then.
   */
  private static void awaitMembers(Path where, List<Long> expected) throws Exception {
    Eventually.within(
        Running.BOUND, () -> assertThat(members(where)).containsExactlyElementsOf(expected));
  }

  private static List<Long> members(Path where) throws Exception {
    return Files.readAllLines(where.resolve("cgroup.procs")).stream().map(Long::valueOf).toList();
  }
}
