package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControllerTest {
  @TempDir Path directory;
  private HostTree host;
  private Path group;

  @BeforeEach
  void makeGroup() throws IOException {
    host = new HostTree(directory);
    group = Files.createDirectory(directory.resolve("group"));
  }

  @Test
  void cpuV1IsAQuotaInEachPeriod() throws IOException {
    has("cpu.cfs_period_us", "cpu.cfs_quota_us");
    apply(new CpuV1(), new Limits(1500L, null, null, null, null));
    assertThat(group.resolve("cpu.cfs_period_us")).hasContent("100000");
    assertThat(group.resolve("cpu.cfs_quota_us")).hasContent("150000");
  }

  @ParameterizedTest
  @CsvSource({"1,1000,1000000", "9,9000,1000000", "10,1000,100000", "1500,150000,100000"})
  void aCpuLimitTooSmallForTheKernelsLeastQuotaHasItsLongestPeriod(
      long millis, String quota, String period) throws IOException {
    has("cpu.max", "cpu.cfs_period_us", "cpu.cfs_quota_us");
    Limits limits = Limits.builder().cpuMillis(millis).build();
    apply(new CpuV1(), limits);
    apply(new CpuV2(), limits);
    assertThat(group.resolve("cpu.cfs_quota_us")).hasContent(quota);
    assertThat(group.resolve("cpu.cfs_period_us")).hasContent(period);
    assertThat(group.resolve("cpu.max")).hasContent(quota + " " + period);
  }

  @ParameterizedTest
  @CsvSource({"1,10", "3,31", "50,512", "100,1024", "10000,102400"})
  void aWeightOf100IsV1sUsualShare(long weight, String shares) throws IOException {
    has("cpu.shares", "cpu.weight");
    Limits limits = Limits.builder().cpuWeight(weight).build();
    apply(new CpuV1(), limits);
    apply(new CpuV2(), limits);
    assertThat(group.resolve("cpu.shares")).hasContent(shares);
    assertThat(group.resolve("cpu.weight")).hasContent("" + weight);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "100,100", "200,109", "10000,1000"})
  void aWeightOf100IsBfqsUsualOne(long weight, long bfq) {
    assertThat(IoWeight.bfq(weight)).isEqualTo(bfq);
  }

  /** The kernel would begin a new period, and take memory back, at each write. */
  @Test
  void whatAGroupHoldsAlreadyIsNotWrittenAgain() throws IOException {
    has("cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.shares", "cpu.max", "cpu.weight");
    has("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max", "memory.swap.max");
    has("memory.oom.group", "memory.usage_in_bytes", "memory.current", "memory.swap.current");
    has("pids.max", "blkio.throttle.read_bps_device", "io.max", "io.bfq.weight", "memory.stat");
    Path swaps = host.proc().swaps();
    Limits had =
        io(new IoLimit("sda", 8192L, null, null, null))
            .orElse(Limits.builder().cpuMillis(250L).cpuWeight(50L).memoryBytes(1L << 20).build());
    List<Controller> v1 = List.of(new CpuV1(), new MemoryV1(swaps), new Pids());
    List<Controller> v2 = List.of(new CpuV2(), new MemoryV2(swaps), new IoV2(disks()));
    List<Controller> all = Stream.concat(v1.stream(), v2.stream()).toList();
    for (Controller controller : all) {
      controller.set(group, had);
    }
    for (File file : group.toFile().listFiles()) {
      assertThat(file.setLastModified(0)).isTrue();
    }

    for (Controller controller : all) {
      controller.change(group, had, pids(10).orElse(had));
    }

    assertThat(group.toFile().listFiles(file -> file.lastModified() != 0))
        .containsExactly(group.resolve("pids.max").toFile());
  }

  @Test
  void memoryThatGrowsByAPageIsWritten() throws IOException {
    has("memory.max", "memory.swap.max", "memory.oom.group");
    has("memory.limit_in_bytes", "memory.memsw.limit_in_bytes");
    HostTree.group(group, "memory.current", "0\n", "memory.swap.current", "0\n");
    Path swaps = host.proc().swaps();
    Limits had = Limits.builder().memoryBytes(1L << 20).swapBytes(0L).build();
    Limits more = Limits.builder().memoryBytes((1L << 20) + 4096).swapBytes(32L << 10).build();
    for (Controller controller : List.of(new MemoryV1(swaps), new MemoryV2(swaps))) {
      controller.set(group, had);
      controller.change(group, had, more);
    }
    assertThat(group.resolve("memory.max")).hasContent("1052672");
    assertThat(group.resolve("memory.swap.max")).hasContent("32768");
    assertThat(group.resolve("memory.limit_in_bytes")).hasContent("1052672");
    assertThat(group.resolve("memory.memsw.limit_in_bytes")).hasContent("1085440");
  }

  @Test
  void swapIsBoundedBesideMemory() throws IOException {
    has("memory.limit_in_bytes", "memory.memsw.limit_in_bytes");
    has("memory.max", "memory.swap.max", "memory.oom.group");
    Limits limits = Limits.builder().memoryBytes(1L << 20).swapBytes(1L << 21).build();
    apply(new MemoryV1(host.proc().swaps()), limits);
    apply(new MemoryV2(host.proc().swaps()), limits);
    assertThat(group.resolve("memory.memsw.limit_in_bytes")).hasContent("3145728");
    assertThat(group.resolve("memory.swap.max")).hasContent("2097152");
  }

  @Test
  void ioV1HasAFileForEachBound() throws IOException {
    has("blkio.throttle.read_bps_device", "blkio.throttle.write_iops_device", "blkio.bfq.weight");
    apply(new IoV1(disks()), io(new IoLimit("sda", 8192L, null, null, 7L)));
    assertThat(group.resolve("blkio.throttle.read_bps_device")).hasContent("8:0 8192");
    assertThat(group.resolve("blkio.throttle.write_iops_device")).hasContent("8:0 7");
    assertThat(group.resolve("blkio.bfq.weight")).hasContent("109");
  }

  @Test
  void ioV2HasOneFileForAllBoundsAndOneForEachKindOfWeight() throws IOException {
    HostTree.group(group, "io.max", "", "io.weight", "", "io.bfq.weight", "");
    IoV2 io = new IoV2(disks());
    io.set(group, io(new IoLimit("sda", 8192L, null, null, 7L)));
    assertThat(group.resolve("io.max")).hasContent("8:0 rbps=8192 wiops=7");
    assertThat(group.resolve("io.weight")).hasContent("200");
    assertThat(group.resolve("io.bfq.weight")).hasContent("109");
  }

  @Test
  void ioV2ReadsBackWhatTheKernelMakesOfIt() throws IOException {
    HostTree.group(
        group,
        "io.max",
        "254:0 rbps=1 wbps=max riops=max wiops=max\n8:0 rbps=8192 wbps=max riops=max wiops=7\n",
        "io.bfq.weight",
        "default 109\n");
    IoV2 io = new IoV2(disks());
    io.verify(group, io(new IoLimit("sda", 8192L, null, null, 7L)));
    assertThatThrownBy(() -> io.verify(group, io(new IoLimit("sda", 1L << 20, null, null, null))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "limits.io: verify " + group.resolve("io.max") + ": wrote 8:0 rbps=1048576, read back");
  }

  @Test
  void pidsLeaveRoomForTheJobsInit() throws IOException {
    has("pids.max");
    apply(new Pids(), pids(10));
    assertThat(group.resolve("pids.max")).hasContent("11");
  }

  @Test
  void theLargestPidsLimitIsTheKernelsLargest() throws IOException {
    has("pids.max");
    apply(new Pids(), pids(Limits.MAX_PIDS));
    assertThat(group.resolve("pids.max")).hasContent("4194304");
  }

  @Test
  void memoryV1LimitsMemoryAndSwapTogether() throws IOException {
    has("memory.limit_in_bytes", "memory.memsw.limit_in_bytes");
    apply(new MemoryV1(host.proc().swaps()), memory(1 << 20));
    assertThat(group.resolve("memory.limit_in_bytes")).hasContent("1048576");
    assertThat(group.resolve("memory.memsw.limit_in_bytes")).hasContent("1048576");
  }

  @Test
  void memoryV2HoldsSwapToZeroAndKillsAsAWhole() throws IOException {
    has("memory.max", "memory.swap.max", "memory.oom.group");
    apply(new MemoryV2(host.proc().swaps()), memory(1 << 20));
    assertThat(group.resolve("memory.max")).hasContent("1048576");
    assertThat(group.resolve("memory.swap.max")).hasContent("0");
    assertThat(group.resolve("memory.oom.group")).hasContent("1");
  }

  @Test
  void memoryV2BoundsSwapBeforeMemoryHasToGiveBack() throws IOException {
    HostTree.group(
        group, "memory.swap.max", "", "memory.swap.current", "0", "memory.current", "4096");
    MemoryV2 memory = new MemoryV2(host.proc().swaps());
    assertThatThrownBy(() -> memory.change(group, Limits.NONE, memory(1 << 20)))
        .as("there is nothing else to write to")
        .isInstanceOf(IOException.class);
    assertThat(group.resolve("memory.swap.max")).hasContent("0");
  }

  @Test
  void memoryV2RefusesLessSwapThanIsInUse() throws IOException {
    HostTree.group(
        group,
        "memory.max",
        "max",
        "memory.swap.max",
        "max",
        "memory.swap.current",
        "8192\n",
        "memory.current",
        "4096\n");
    Limits to = Limits.builder().memoryBytes(1L << 20).swapBytes(4096L).build();
    assertRefused(
        () -> new MemoryV2(host.proc().swaps()).change(group, Limits.NONE, to),
        "limits.swap_bytes",
        "must be at least 8192, which the job has in swap now, was 4096");
    assertThat(group.resolve("memory.max")).hasContent("max");
  }

  @Test
  void memoryV1SaysThatItIsSwapThatIsInUse() throws IOException {
    HostTree.group(
        group,
        "memory.memsw.limit_in_bytes",
        "2097152\n",
        "memory.usage_in_bytes",
        "4096\n",
        "memory.stat",
        "cache 0\nswap 8192\n");
    Files.createDirectory(group.resolve("memory.limit_in_bytes")); // which refuses a write
    Limits from = Limits.builder().memoryBytes(1L << 20).swapBytes(1L << 20).build();
    Limits to = Limits.builder().memoryBytes(1L << 20).swapBytes(4096L).build();
    assertRefused(
        () -> new MemoryV1(host.proc().swaps()).change(group, from, to),
        "limits.swap_bytes",
        "must be at least 8192, which the job has in swap now, was 4096");
  }

  private static void assertRefused(ThrowingCallable change, String field, String problem) {
    assertThatThrownBy(change)
        .isInstanceOfSatisfying(
            LimitRefusedException.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.problem()).isEqualTo(problem);
            });
  }

  @Test
  void memoryNeedsNoSwapAccountingWhereNoSwapIsOn() throws IOException {
    has("memory.limit_in_bytes", "memory.max", "memory.oom.group");
    apply(new MemoryV1(host.proc().swaps()), memory(1 << 20));
    apply(new MemoryV2(host.proc().swaps()), memory(1 << 20));
  }

  @Test
  void memoryRefusesSwapThatItCannotBound() throws IOException {
    host.swapOn();
    has("memory.limit_in_bytes", "memory.max", "memory.oom.group");
    String problem =
        " to bound swap, and "
            + host.proc().swaps()
            + " lists swap in use; boot with swapaccount=1, or turn swap off";
    assertThatThrownBy(() -> apply(new MemoryV1(host.proc().swaps()), memory(1 << 20)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "limits.memory_bytes: cannot be held: there is no memory.memsw.limit_in_bytes"
                + problem);
    assertThatThrownBy(() -> apply(new MemoryV2(host.proc().swaps()), memory(1 << 20)))
        .isInstanceOf(IOException.class)
        .hasMessage("limits.memory_bytes: cannot be held: there is no memory.swap.max" + problem);
  }

  @Test
  void cpusetGivesAGroupWhatTheGroupAboveHas() throws IOException {
    HostTree.group(directory, "cpuset.cpus", "0-3\n", "cpuset.mems", "0\n");
    has("cpuset.cpus", "cpuset.mems");
    apply(new CpusetV1(), Limits.NONE);
    assertThat(group.resolve("cpuset.cpus")).hasContent("0-3");
    assertThat(group.resolve("cpuset.mems")).hasContent("0");
  }

  @Test
  void withoutALimitNothingIsWritten() throws IOException {
    for (Controller controller :
        new Controller[] {
          new CpuV1(),
          new CpuV2(),
          new MemoryV1(host.proc().swaps()),
          new Pids(),
          new IoV1(Disks.HOST),
          new IoV2(Disks.HOST),
          new CpusetV2()
        }) {
      apply(controller, Limits.NONE);
    }
    assertThat(group).isEmptyDirectory();
  }

  @Test
  void aControlFileThatIsNotThereIsNotMadeButNamedWithTheValue() {
    assertThatThrownBy(() -> new Pids().set(group, pids(10)))
        .isInstanceOfSatisfying(
            LimitRefusedException.class,
            e ->
                assertThat(e.problem())
                    .isEqualTo(
                        "No such file or directory; ask for another value, or start without this"
                            + " limit"))
        .hasMessage(
            "limits.pids: write 11 to "
                + group.resolve("pids.max")
                + ": No such file or directory; ask for another value, or start without this"
                + " limit");
    assertThat(group).isEmptyDirectory();
  }

  @Test
  void refusesALimitThatTheKernelDidNotKeep() throws IOException {
    HostTree.group(group, "pids.max", "max\n");
    assertThatThrownBy(() -> new Pids().verify(group, pids(10)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "limits.pids: verify " + group.resolve("pids.max") + ": wrote 11, read back max;");
  }

  @ParameterizedTest
  @CsvSource({"10000000", "9998336", "9934465"})
  void acceptsMemoryRoundedDownToPages(String held) throws IOException {
    HostTree.group(group, "memory.max", held, "memory.oom.group", "1", "memory.swap.max", "0");
    assertThatCode(() -> new MemoryV2(host.proc().swaps()).verify(group, memory(10_000_000)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"10000001", "9934464", "0", "-9223372036854775808", "max", "''"})
  void refusesMemoryThatIsMoreOrLessThanRounding(String held) throws IOException {
    HostTree.group(group, "memory.max", held, "memory.oom.group", "1", "memory.swap.max", "0");
    assertThatThrownBy(() -> new MemoryV2(host.proc().swaps()).verify(group, memory(10_000_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("wrote 10000000, read back " + held + ";");
  }

  private void has(String... files) throws IOException {
    for (String file : files) {
      Files.createFile(group.resolve(file));
    }
  }

  private void apply(Controller controller, Limits limits) throws IOException {
    controller.set(group, limits);
    controller.verify(group, limits);
  }

  /** Of which one is {@code sda}. */
  private Disks disks() throws IOException {
    Path sys = directory.resolve("sys");
    HostTree.group(sys.resolve("class/block/sda"), "dev", "8:0\n");
    return new Disks(host.proc().mountinfo(), sys);
  }

  private static Limits io(IoLimit limit) {
    return Limits.builder().io(List.of(limit)).ioWeight(200L).build();
  }

  private static Limits pids(long pids) {
    return new Limits(null, null, pids, null, null);
  }

  private static Limits memory(long bytes) {
    return new Limits(null, bytes, null, null, null);
  }
}
