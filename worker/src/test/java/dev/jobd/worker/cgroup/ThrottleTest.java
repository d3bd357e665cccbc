package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.IoLimit;
import dev.jobd.worker.model.LimitRefusedException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds that are written while somebody kills the job, and lifts them. */
class ThrottleTest {
  private static final Limits BOUNDED =
      Limits.builder().io(List.of(new IoLimit("sda", 8192L, null, null, null))).build();

  @TempDir Path directory;
  private Path group;
  private Disks disks;
  private int written;

  @BeforeEach
  void makeGroup() throws IOException {
    HostTree host = new HostTree(directory);
    group = Files.createDirectory(directory.resolve("group"));
    Path sys = directory.resolve("sys");
    HostTree.group(sys.resolve("class/block/sda"), "dev", "8:0\n");
    disks = new Disks(host.proc().mountinfo(), sys);
  }

  private void write(String file, int lifts) throws IOException {
    Controller io = file.equals("io.max") ? new IoV2(disks) : new IoV1(disks);
    Throttle.despiteLifts(
        () -> {
          HostTree.group(group, file, "");
          io.change(group, Limits.NONE, BOUNDED);
          if (++written <= lifts) {
            HostTree.group(group, file, ""); // as a file of the kernel's is with no bounds
          }
          io.verify(group, BOUNDED);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"io.max", "blkio.throttle.read_bps_device"})
  void areWrittenAgainEachTimeThatTheyAreLifted(String file) throws IOException {
    write(file, Throttle.MAX_LIFTS);
    assertThat(written).isEqualTo(Throttle.MAX_LIFTS + 1);
    assertThat(group.resolve(file)).content().contains("8192");
  }

  @ParameterizedTest
  @ValueSource(strings = {"io.max", "blkio.throttle.read_bps_device"})
  void areRefusedWhereTheKernelNeverHoldsThem(String file) throws IOException {
    assertThatThrownBy(() -> write(file, Integer.MAX_VALUE))
        .isInstanceOf(LimitRefusedException.class)
        .hasMessageContaining("read back");
    assertThat(written).isEqualTo(Throttle.MAX_LIFTS + 1);
  }

  @Test
  void areAloneInThat() throws IOException {
    HostTree.group(group, "io.bfq.weight", "default 100\n");
    Limits weighted = Limits.builder().ioWeight(200L).build();
    assertThatThrownBy(
            () ->
                Throttle.despiteLifts(
                    () -> {
                      written++;
                      new IoV2(disks).verify(group, weighted);
                    }))
        .isInstanceOf(LimitRefusedException.class)
        .hasMessageStartingWith("limits.io_weight");
    assertThat(written).isEqualTo(1);
  }
}
