package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel counts, in the forms in which its versions tell it. */
class AccountsTest {
  private static final String PRESSURE =
      """
      some avg10=0.12 avg60=0.00 avg300=0.00 total=%d
      full avg10=0.00 avg60=0.00 avg300=0.00 total=%d
      """;

  /** Names and contents. */
  private static final String[] OF_V2 = {
    "cpu.stat",
    """
    usage_usec 30
    user_usec 10
    system_usec 20
    nice_usec 0
    nr_periods 9
    nr_throttled 8
    throttled_usec 7
    """,
    "memory.current",
    "4096\n",
    "memory.peak",
    "8192\n",
    "pids.current",
    "3\n",
    "pids.peak",
    "5\n",
    "io.stat",
    """
    254:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6
    8:0 rbytes=10 wbytes=20 rios=30 wios=40 dbytes=50 dios=60
    """,
    "cpu.pressure",
    PRESSURE.formatted(100, 101),
    "memory.pressure",
    PRESSURE.formatted(200, 201),
    "io.pressure",
    PRESSURE.formatted(300, 301)
  };

  @TempDir Path directory;
  private HostTree host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new HostTree(directory);
  }

  @Test
  void v2TellsAllOfAJobInItsOneGroup() throws IOException {
    Path own = v2();

    JobCgroup job = job(own.resolve("jobd/test"), OF_V2);

    Usage total =
        new Usage(
            micros(10),
            micros(20),
            micros(7),
            null,
            8192L,
            null,
            4L,
            new Usage.Transfer(11, 22),
            new Usage.Transfer(33, 44),
            new Usage.Pressure(micros(100), micros(101)),
            new Usage.Pressure(micros(200), micros(201)),
            new Usage.Pressure(micros(300), micros(301)));
    assertThat(job.total()).isEqualTo(total);
    assertThat(job.usage().memoryBytes()).isEqualTo(4096);
    assertThat(job.usage().pids()).isEqualTo(2);
  }

  @Test
  void v1TellsItInTheHierarchyOfEachController() throws IOException {
    Path own = host.mountV1("cpu,cpuacct,memory,pids,blkio", "/");

    JobCgroup job =
        job(
            own.resolve("jobd/test"),
            "cpu.stat",
            "nr_periods 9\nnr_throttled 8\nthrottled_time 7000\n",
            "cpuacct.stat",
            "user 3\nsystem 4\n",
            "memory.usage_in_bytes",
            "4096\n",
            "memory.max_usage_in_bytes",
            "8192\n",
            "pids.current",
            "1\n",
            "blkio.throttle.io_service_bytes_recursive",
            "254:0 Read 1\n254:0 Write 2\n254:0 Sync 3\n8:0 Read 10\n8:0 Write 20\nTotal 33\n",
            "blkio.throttle.io_serviced_recursive",
            "Total 0\n");

    Usage usage = job.usage();
    assertThat(usage.userTime()).isEqualTo(Duration.ofMillis(30));
    assertThat(usage.systemTime()).isEqualTo(Duration.ofMillis(40));
    assertThat(usage.throttledTime()).isEqualTo(micros(7));
    assertThat(usage.memoryBytes()).isEqualTo(4096);
    assertThat(usage.peakMemoryBytes()).isEqualTo(8192);
    assertThat(usage.pids()).as("the job's init is jobd's own").isZero();
    assertThat(usage.ioBytes()).isEqualTo(new Usage.Transfer(11, 22));
    assertThat(usage.ioOperations()).as("where no disk is listed, none was looked at").isNull();
  }

  /** dm-0 is on a partition of sda, dm-1 on dm-0. */
  private Disks stacked() throws IOException {
    Path block = HostTree.group(directory.resolve("sys/dev/block"));
    Path devices = directory.resolve("sys/devices");
    for (List<String> each :
        List.of(
            List.of("8:0", "sda"),
            List.of("8:16", "sdb"),
            List.of("252:0", "dm-0"),
            List.of("252:1", "dm-1"))) {
      Path device = HostTree.group(devices.resolve(each.getLast()), "dev", each.getFirst() + "\n");
      Files.createDirectory(device.resolve("slaves"));
      Files.createSymbolicLink(block.resolve(each.getFirst()), device);
    }
    Path partition =
        HostTree.group(devices.resolve("sda/sda1"), "dev", "8:1\n", "partition", "1\n");
    Files.createSymbolicLink(devices.resolve("dm-0/slaves/sda1"), partition);
    Files.createSymbolicLink(devices.resolve("dm-1/slaves/dm-0"), devices.resolve("dm-0"));
    return new Disks(host.proc().mountinfo(), directory.resolve("sys"));
  }

  private Usage stacked(String file, String text) throws IOException {
    IoAccounts accounts = new IoAccounts(stacked());
    Path group = HostTree.group(directory.resolve("group"), file, text);
    Usage.Builder usage = new Usage.Builder();
    accounts.v2().read(group, usage);
    for (Account account : accounts.v1()) {
      account.read(group, usage);
    }
    return usage.build();
  }

  @Test
  void whatIsDoneToADiskThatIsMadeOfOthersIsNotCountedAgainAtThose() throws IOException {
    Usage usage =
        stacked(
            "io.stat",
            """
            252:1 rbytes=10 wbytes=20 rios=1 wios=2
            252:0 rbytes=10 wbytes=20 rios=1 wios=2
            8:0 rbytes=13 wbytes=0 rios=4 wios=0
            8:16 rbytes=100 wbytes=200 rios=10 wios=20
            """);

    assertThat(usage.ioBytes())
        .as("read from sda by itself, too; written through threads of the kernel's")
        .isEqualTo(new Usage.Transfer(113, 220));
    assertThat(usage.ioOperations()).isEqualTo(new Usage.Transfer(14, 22));
  }

  @Test
  void whatIsDoneToALoopDiskIsCountedAtTheDiskOfItsFile() throws IOException {
    Usage usage =
        stacked(
            "blkio.throttle.io_service_bytes_recursive",
            "7:0 Read 10\n7:0 Write 20\n8:0 Read 11\n8:0 Write 21\nTotal 62\n");

    assertThat(usage.ioBytes()).isEqualTo(new Usage.Transfer(11, 21));
  }

  @Test
  void timesThatCannotBeAreUnknownAndSumsHaveAnEnd() throws IOException {
    Path own = v2();

    Usage usage =
        job(
                own.resolve("jobd/test"),
                "cpu.stat",
                """
                user_usec 18446744073709518
                system_usec 20
                throttled_usec 18446744073709551615
                """,
                "io.stat",
                "254:0 rbytes=9223372036854775807 wbytes=2\n8:0 rbytes=1 wbytes=2\n",
                "cpu.pressure",
                PRESSURE.formatted(18446744073709518L, 1))
            .total();

    assertThat(usage.userTime()).as("below zero, as the kernel subtracted it").isNull();
    assertThat(usage.systemTime()).isEqualTo(micros(20));
    assertThat(usage.throttledTime()).isNull();
    assertThat(usage.ioBytes()).isEqualTo(new Usage.Transfer(Long.MAX_VALUE, 4));
    assertThat(usage.cpuPressure()).isNull();
  }

  @Test
  void whatTheKernelDoesNotCountIsUnknownAndNotZero() throws IOException {
    Path own = v2();

    assertThat(job(own.resolve("jobd/test"), "cpu.stat", "usage_usec 1\n").usage())
        .isEqualTo(Usage.UNKNOWN);
    assertThat(job(own.resolve("jobd/other")).usage()).isEqualTo(Usage.UNKNOWN);
  }

  @Test
  void aHybridHostIsAskedForEachCountOnce() throws IOException {
    Path limiting = host.mountV1("cpu,cpuacct,memory,pids", "/");
    Path unified = HostTree.group(host.mountV2("/"), "cgroup.controllers", "\n");
    HostTree.group(limiting.resolve("jobd/test"), "cpuacct.stat", "user 1\nsystem 1\n");
    HostTree.group(limiting.resolve("jobd/test/a"), "cpuacct.stat", "user 1\nsystem 1\n");

    JobCgroup job = job(unified.resolve("jobd/test"), "cpu.stat", "user_usec 10\nsystem_usec 20\n");

    assertThat(job.usage())
        .isEqualTo(new Usage.Builder().userTime(micros(10)).systemTime(micros(20)).build());
  }

  @Test
  void aGroupThatIsGoneHasNothingToTell() throws IOException {
    Path instance = v2().resolve("jobd/test");
    JobCgroup job = job(instance, "memory.peak", "8192\n");
    Files.delete(instance.resolve("a/memory.peak"));

    assertThat(job.total()).isEqualTo(Usage.UNKNOWN);
  }

  @Test
  void aGroupOfAnEarlierServerIsFoundWhereItIs() throws IOException {
    Path own = v2();
    Path earlier = HostTree.group(own.resolve("session/jobd/test"));
    HostTree.group(earlier.resolve("a"), "memory.peak", "8192\n");
    HostTree.group(own.resolve("jobd/test"), "memory.peak", "1\n");

    Cgroups cgroups = HostCgroups.open("test", host.proc(), List.of(earlier));

    assertThat(cgroups.existing("a").total().peakMemoryBytes()).isEqualTo(8192);
  }

  /** The group of job {@code a}, which has the files that its instance's group has. */
  private JobCgroup job(Path instance, String... files) throws IOException {
    HostTree.group(instance, files);
    HostTree.group(instance.resolve("a"), files);
    return HostCgroups.open(String.valueOf(instance.getFileName()), host.proc(), List.of())
        .existing("a");
  }

  private Path v2() throws IOException {
    Path own = host.mountV2("/");
    String all = "cpu memory pids\n";
    HostTree.group(own, "cgroup.controllers", all, "cgroup.subtree_control", all);
    for (String group : List.of("jobd", "jobd/test", "jobd/other")) {
      HostTree.group(own.resolve(group), "cgroup.subtree_control", all);
    }
    return own;
  }

  private static Duration micros(long count) {
    return Duration.ofNanos(1000 * count);
  }
}
