package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void theLeastCpuLimitIsTheKernelsLeastQuota() throws IOException {
    has("cpu.max");
    apply(new CpuV2(), new Limits(Limits.MIN_CPU_MILLIS, null, null, null, null));
    assertThat(group.resolve("cpu.max")).hasContent("1000 100000");
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
        " to hold swap to zero, and "
            + host.proc().swaps()
            + " lists swap in use; boot with swapaccount=1, or turn swap off";
    assertThatThrownBy(() -> apply(new MemoryV1(host.proc().swaps()), memory(1 << 20)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "limit memory through "
                + group
                + ": there is no memory.memsw.limit_in_bytes"
                + problem);
    assertThatThrownBy(() -> apply(new MemoryV2(host.proc().swaps()), memory(1 << 20)))
        .isInstanceOf(IOException.class)
        .hasMessage("limit memory through " + group + ": there is no memory.swap.max" + problem);
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
          new MemoryV2(host.proc().swaps()),
          new Pids()
        }) {
      apply(controller, Limits.NONE);
    }
    assertThat(group).isEmptyDirectory();
  }

  @Test
  void aControlFileThatIsNotThereIsNotMadeButNamedWithTheValue() {
    assertThatThrownBy(() -> new Pids().set(group, pids(10)))
        .isInstanceOf(IOException.class)
        .hasMessage("write 11 to " + group.resolve("pids.max") + ": No such file or directory");
    assertThat(group).isEmptyDirectory();
  }

  @Test
  void refusesALimitThatTheKernelDidNotKeep() throws IOException {
    HostTree.group(group, "pids.max", "max\n");
    assertThatThrownBy(() -> new Pids().verify(group, pids(10)))
        .isInstanceOf(IOException.class)
        .hasMessage("verify " + group.resolve("pids.max") + ": wrote 11, read back max");
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
        .hasMessageEndingWith("wrote 10000000, read back " + held);
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

  private static Limits pids(long pids) {
    return new Limits(null, null, pids, null, null);
  }

  private static Limits memory(long bytes) {
    return new Limits(null, bytes, null, null, null);
  }
}
