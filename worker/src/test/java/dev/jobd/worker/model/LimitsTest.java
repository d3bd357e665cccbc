package dev.jobd.worker.model;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static final IoLimit HOME = new IoLimit(null, 8192L, null, null, null);

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void limitsHaveBoundsThemselves(long value) {
    assertRefused("limits.cpu_millis", () -> Limits.builder().cpuMillis(value).build());
    assertRefused("limits.cpu_weight", () -> Limits.builder().cpuWeight(value).build());
    assertRefused("limits.memory_bytes", () -> Limits.builder().memoryBytes(value).build());
    assertRefused("limits.pids", () -> Limits.builder().pids(value).build());
    assertRefused("limits.io_weight", () -> Limits.builder().ioWeight(value).build());
    assertRefused(
        "limits.timeout", () -> Limits.builder().timeout(Duration.ofSeconds(value)).build());
    assertRefused("limits.output_bytes", () -> Limits.builder().outputBytes(value).build());
    assertRefused("read_bps", () -> new IoLimit(null, value, null, null, null));
    assertRefused("write_bps", () -> new IoLimit(null, null, value, null, null));
    assertRefused("read_iops", () -> new IoLimit(null, null, null, value, null));
    assertRefused("write_iops", () -> new IoLimit(null, null, null, null, value));
  }

  @Test
  void noSwapIsALimit() {
    assertThat(Limits.builder().swapBytes(0L).build().swapBytes()).isZero();
    assertRefused("limits.swap_bytes", () -> Limits.builder().swapBytes(-1L).build());
    assertRefused("limits.swap_bytes", () -> Limits.builder().swapBytes(Long.MAX_VALUE).build());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, -20, 20, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void aJobIsNotNastyToTheHost(int nice) {
    assertRefused("limits.nice", () -> Limits.builder().nice(nice).build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0|0", "0,1|0-1", "3,0-1|0-1,3", "0-3,2-5|0-5", "8191|8191", "1,1|1", "007|7"})
  void processorsAreWrittenAsTheKernelWritesThem(String given, String list) {
    assertThat(new CpuSet(given).list()).isEqualTo(list);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ",", "0,", "1-0", "-1", "0--1", "8192", "99999", "0-8192", "a", "0 1", "0-1-2"
      })
  void whatIsNoListOfProcessorsIsRefused(String list) {
    assertRefused("limits.cpuset", () -> new CpuSet(list));
  }

  @Test
  void aListOfProcessorsHasABound() {
    assertRefused("limits.cpuset", () -> new CpuSet("0,".repeat(30_000) + "0"));
  }

  @Test
  void aSetOfProcessorsHoldsItsParts() {
    CpuSet set = new CpuSet("0-1,3");
    assertThat(set.contains(new CpuSet("3,0"))).isTrue();
    assertThat(set.contains(new CpuSet("2"))).isFalse();
    assertThat(set.contains(new CpuSet("0-3"))).isFalse();
    assertThat(set.size()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "./sda", "-option", "a b", "/dev/\0", "/dev/a\nb", "a:b"})
  void aDeviceIsAPathOrAName(String device) {
    assertRefused("device", () -> new IoLimit(device, 8192L, null, null, null));
  }

  @Test
  void aDeviceAloneIsNoBound() {
    assertRefused("device", () -> new IoLimit("sda", null, null, null, null));
  }

  @Test
  void noDeviceIsThereTwice() {
    assertRefused("limits.io[1].device", () -> Limits.builder().io(List.of(HOME, HOME)).build());
    List<IoLimit> many = IntStream.range(0, 17).mapToObj(i -> HOME.on("sd" + i)).toList();
    assertRefused("limits.io", () -> Limits.builder().io(many).build());
  }

  @Test
  void disksAreInTheOrderInWhichTheyAreAskedFor() {
    IoLimit disk = HOME.on("sdb");
    IoLimit other = HOME.on("sda");
    Limits asked = Limits.builder().io(List.of(disk, HOME)).build();
    assertThat(asked.orElse(Limits.NONE.withIo(List.of(other, disk))).io())
        .containsExactly(disk, HOME, other);
  }

  @Test
  void aBoundAboveItsMaximumIsNamedByItsPlaceInTheRequest() {
    Limits maxima = Limits.NONE.withIo(List.of(HOME.on("sda"), HOME.on("sdb")));
    IoLimit tooFast = new IoLimit("sda", 8193L, null, null, null);
    assertRefused(
        "limits.io[1].read_bps",
        () -> Limits.NONE.withIo(List.of(HOME.on("sdc"), tooFast)).within(maxima));
  }

  @Test
  void whatALimitLeavesOpenTheDefaultsFill() {
    Limits asked =
        Limits.builder().cpuMillis(500L).pids(7L).nice(1).cpuset(new CpuSet("1")).build();
    Limits defaults =
        new Limits(
            1000L,
            50L,
            new CpuSet("0-1"),
            19,
            1L << 30,
            0L,
            64L,
            List.of(),
            10L,
            Duration.ofHours(1),
            null);
    assertThat(asked.orElse(defaults))
        .isEqualTo(
            new Limits(
                500L,
                50L,
                new CpuSet("1"),
                1,
                1L << 30,
                0L,
                7L,
                List.of(),
                10L,
                Duration.ofHours(1),
                null));
    assertThat(Limits.NONE.orElse(defaults)).isEqualTo(defaults);
    assertThat(defaults.orElse(Limits.NONE)).isEqualTo(defaults);
  }

  @Test
  void defaultsFillDeviceByDevice() {
    Limits asked = Limits.builder().io(List.of(new IoLimit("sda", null, 4096L, null, 5L))).build();
    Limits defaults =
        Limits.builder().io(List.of(new IoLimit("sda", 8192L, 8192L, null, null), HOME)).build();
    assertThat(asked.orElse(defaults).io())
        .containsExactly(new IoLimit("sda", 8192L, 4096L, null, 5L), HOME);
  }
}
