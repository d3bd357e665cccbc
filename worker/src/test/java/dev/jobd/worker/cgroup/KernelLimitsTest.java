package dev.jobd.worker.cgroup;

import static dev.jobd.worker.cgroup.KernelCgroupsTest.anyFile;
import static dev.jobd.worker.cgroup.KernelCgroupsTest.exitCode;
import static dev.jobd.worker.cgroup.KernelCgroupsTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The limits that not every job has, as the kernel that this runs on holds them. */
@Timeout(60)
class KernelLimitsTest {
  @TempDir Path directory;
  private Cgroups cgroups;
  private final List<JobCgroup> made = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Files.isWritable(Path.of("/sys/fs/cgroup")), "makes cgroups, so it needs root");
    cgroups = Cgroups.open("test-" + UUID.randomUUID());
  }

  @AfterEach
  void removeAll() throws Exception {
    for (JobCgroup group : made) {
      group.kill();
      KernelCgroupsTest.awaitEmpty(group);
      group.remove();
    }
    if (cgroups != null) {
      cgroups.close();
    }
  }

  @Test
  void theKernelHoldsTheWeight() throws IOException {
    JobCgroup group = create(Limits.builder().cpuWeight(50L).build());
    assertThat(content(group, "cpu.shares", "cpu.weight")).isIn("512", "50");
    create(Limits.builder().cpuWeight(Limits.MIN_WEIGHT).build());
    create(Limits.builder().cpuWeight(Limits.MAX_WEIGHT).build());
  }

  @Test
  void theKernelHoldsSwapBesideMemory() throws IOException {
    Limits limits = Limits.builder().memoryBytes(32L << 20).build();
    String[] files = {"memory.memsw.limit_in_bytes", "memory.swap.max"};
    try {
      assertThat(content(create(limits), files)).isIn("33554432", "0");
    } catch (NoSuchElementException e) {
      assumeTrue(false, "this kernel does not account swap");
    }
    Limits swapping = Limits.builder().memoryBytes(32L << 20).swapBytes(16L << 20).build();
    assertThat(content(create(swapping), files)).isIn("50331648", "16777216");
  }

  @Test
  void theKernelHoldsTheProcessors() throws IOException {
    assertThat(content(create(Limits.builder().cpuset(new CpuSet("0")).build()), "cpuset.cpus"))
        .isEqualTo("0");
  }

  /** Its peak is what the kernel let the group have: no less than asked, and no more. */
  @Test
  void aJobIsKilledAtItsMemoryLimit() throws Exception {
    long limit = 64 << 20;
    JobCgroup group = create(Limits.builder().memoryBytes(limit).build());
    assertThat(exitCode(run(group, "exec tail /dev/zero"))).isEqualTo(128 + 9);
    long peak;
    try {
      peak = Long.parseLong(content(group, "memory.max_usage_in_bytes", "memory.peak"));
    } catch (NoSuchElementException e) {
      assumeTrue(false, "this kernel keeps no peak of memory");
      throw e;
    }
    assertThat((double) peak / limit).isBetween(0.99, 1.01);
  }

  @Test
  void theKernelHoldsTheRatesOfADisk() throws IOException {
    IoLimit asked = new IoLimit(null, 1L << 20, 2L << 20, 100L, 200L);
    JobCgroup group = create(enforceable(Limits.builder().io(List.of(asked)).build()));
    String held =
        Stream.of("read_bps", "write_bps", "read_iops", "write_iops")
            .map(bound -> "blkio.throttle." + bound + "_device")
            .map(file -> optional(group, file, "io.max"))
            .collect(Collectors.joining(" "));
    assertThat(held).contains("1048576", "2097152", "100", "200");
    create(
        enforceable(
            Limits.builder()
                .io(
                    List.of(
                        new IoLimit(
                            null,
                            IoLimit.MAX_BPS,
                            IoLimit.MIN_BPS,
                            IoLimit.MAX_IOPS,
                            IoLimit.MIN_IOPS)))
                .build()));
  }

  @Test
  void aRateIsLiftedForWhatIsKilled() throws IOException {
    IoLimit asked = new IoLimit(null, 4096L, 4096L, 2L, 2L);
    JobCgroup group = create(enforceable(Limits.builder().io(List.of(asked)).build()));
    group.kill();
    assertThat(optional(group, "blkio.throttle.read_bps_device", "io.max")).isEmpty();
    assertThat(optional(group, "blkio.throttle.write_iops_device", "io.max")).isEmpty();
  }

  @Test
  void aWeightThatNoDiskHeedsIsRefused() throws IOException {
    assumeTrue(IoWeight.heeding(Path.of("/sys")).isEmpty(), "a disk of this host shares by weight");
    assertThatThrownBy(() -> cgroups.enforceable(Limits.builder().ioWeight(50L).build(), directory))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith("limits.io_weight: cannot be enforced on this host: ");
  }

  @Test
  void aWeightIsHeldWhereADiskHeedsIt() throws Exception {
    Path image = directory.resolve("disk");
    Files.write(image, new byte[1 << 20]);
    String loop = output("losetup", "-f", "--show", image.toString()).strip();
    assumeTrue(loop.startsWith("/dev/loop"), "no loop device is to be had: " + loop);
    Path scheduler =
        Path.of("/sys/block", Path.of(loop).getFileName().toString(), "queue/scheduler");
    String before = Files.readString(scheduler).replaceAll("(?s).*\\[(.*)].*", "$1");
    try {
      assumeTrue(Files.readString(scheduler).contains("bfq"), "this kernel has no bfq");
      ControlFile.write(scheduler, "bfq");
      Limits limits = enforceable(Limits.builder().ioWeight(200L).build());
      assertThat(content(create(limits), "blkio.bfq.weight", "io.bfq.weight")).endsWith("109");
    } finally {
      ControlFile.write(scheduler, before);
      output("losetup", "-d", loop);
    }
  }

  /** It freezes what it kills, leaves it thawed, and knows what time it took. */
  @Test
  void withoutAUnifiedTreeAJobIsKilledThroughTheFreezerAndItsTimeIsCounted() throws Exception {
    String mounts = Files.readString(ProcFiles.SELF.mountinfo());
    assumeTrue(mounts.contains(" - cgroup cgroup rw,freezer"), "needs a v1 freezer hierarchy");
    ProcFiles proc =
        new ProcFiles(
            without(ProcFiles.SELF.mountinfo(), " - cgroup2 "),
            without(ProcFiles.SELF.cgroup(), "0::"),
            ProcFiles.SELF.swaps());
    try (Cgroups legacy = HostCgroups.open("test-" + UUID.randomUUID(), proc, List.of())) {
      assertThat(legacy.mode()).isEqualTo("v1");
      JobCgroup group = legacy.create("a", Limits.NONE);
      made.add(group);
      Process init =
          run(
              group,
              "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 100 & setsid sh -c 'sleep"
                  + " 100 & sleep 100' & echo made; wait");
      assertThat(init.inputReader().readLine()).isEqualTo("made");
      group.kill();
      assertThat(exitCode(init)).isEqualTo(128 + 9);
      assertThat(content(group, "freezer.state")).isEqualTo("THAWED");
      init.getInputStream().readAllBytes();
      assertThat(group.total().userTime()).isPositive();
      assertThat(group.total().systemTime()).isNotNull();
      group.remove();
      assertThat(legacy.jobs()).isEmpty();
    }
  }

  private Path without(Path file, String part) throws IOException {
    String left =
        Files.readString(file)
            .lines()
            .filter(line -> !line.contains(part))
            .collect(Collectors.joining("\n", "", "\n"));
    return Files.writeString(directory.resolve(file.getFileName().toString()), left);
  }

  private JobCgroup create(Limits limits) throws IOException {
    JobCgroup group = cgroups.create(UUID.randomUUID().toString(), limits);
    made.add(group);
    return group;
  }

  /** Skips the test, with the reason, where this host cannot enforce them here. */
  private Limits enforceable(Limits limits) throws IOException {
    try {
      return cgroups.enforceable(limits, directory);
    } catch (InvalidSpecException e) {
      assumeTrue(false, e.getMessage());
      throw e;
    }
  }

  private static String content(JobCgroup group, String... files) throws IOException {
    return Files.readString(anyFile(group, files)).strip();
  }

  private static String optional(JobCgroup group, String... files) {
    try {
      return content(group, files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
