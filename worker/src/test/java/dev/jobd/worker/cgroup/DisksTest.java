package dev.jobd.worker.cgroup;

import static dev.jobd.worker.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobd.worker.model.IoLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DisksTest {
  @TempDir Path directory;
  private Path sys;
  private Path mountinfo;
  private Disks disks;

  /** The disk sda with one partition, and a device-mapper disk upon that. */
  @BeforeEach
  void makeHost() throws IOException {
    sys = Files.createDirectories(directory.resolve("sys"));
    Files.createDirectories(sys.resolve("dev/block"));
    Files.createDirectories(sys.resolve("class/block"));
    device("devices/pci/block/sda", "8:0");
    HostTree.group(device("devices/pci/block/sda/sda1", "8:1"), "partition", "1\n");
    device("devices/virtual/block/dm-0", "252:0");
    mountinfo = Files.createFile(directory.resolve("mountinfo"));
    mounted("/", "8:1", "ext4 /dev/sda1 rw");
    disks = new Disks(mountinfo, sys);
  }

  @Test
  void findsADiskByItsName() throws IOException {
    assertThat(disks.find("sda")).isEqualTo(new Disk("sda", "8:0"));
    assertThat(disks.find("dm-0")).isEqualTo(new Disk("dm-0", "252:0"));
  }

  @Test
  void refusesAPartitionAndNamesItsDisk() {
    assertThatThrownBy(() -> disks.find("sda1"))
        .hasMessage(
            "device: must be a disk, or on one, was sda1: it is a partition, and the kernel bounds"
                + " whole disks only; name sda");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sdb", "/dev/null", "/no/such/device"})
  void refusesWhatIsNoDisk(String device) {
    assertRefused("device", () -> disks.find(device));
  }

  @Test
  void aFileIsOnTheDiskOfItsPartition() throws IOException {
    link(numberOf(directory), "devices/pci/block/sda/sda1");
    assertThat(disks.holding(directory)).isEqualTo(new Disk("sda", "8:0"));
    assertThat(disks.find(directory.toString())).isEqualTo(new Disk("sda", "8:0"));
  }

  @Test
  void aDiskThatIsMadeOfOthersCountsAsItself() throws IOException {
    link(numberOf(directory), "devices/virtual/block/dm-0");
    assertThat(disks.holding(directory).name()).isEqualTo("dm-0");
  }

  @Test
  void aFileSystemThatIsOnNoDiskIsRefusedByItsType() throws IOException {
    mounted("/", "0:99", "tmpfs none rw");
    assertThatThrownBy(() -> disks.holding(directory))
        .hasMessage(
            "device: must be a disk, or on one, was "
                + directory
                + ": its file system (tmpfs) is on no disk");
  }

  @Test
  void aFileSystemThatIsStackedOnADirectoryIsRefusedByItsType() throws IOException {
    mounted("/", "0:99", "ecryptfs " + sys + " rw");
    assertThatThrownBy(() -> disks.holding(directory))
        .hasMessageEndingWith(": its file system (ecryptfs) does not tell its disk");
  }

  @Test
  void anOverlayIsWhereItsUpperLayerIs() throws IOException {
    Path elsewhere = Path.of("/dev");
    link(numberOf(elsewhere), "devices/pci/block/sda");
    mounted("/", "0:99", "overlay overlay rw,lowerdir=/a:/b,upperdir=" + elsewhere + ",workdir=/w");
    assertThat(disks.holding(directory).name()).isEqualTo("sda");
  }

  @Test
  void anOverlayWhoseUpperLayerCannotBeSeenIsRefused() throws IOException {
    mounted("/", "0:99", "overlay overlay rw,lowerdir=/a,upperdir=/no/such/layer,workdir=/w");
    assertThatThrownBy(() -> disks.holding(directory))
        .hasMessageContaining(
            "it is on an overlay whose upper layer is not to be seen here; name the disk");
    mounted("/", "0:99", "overlay overlay ro,lowerdir=/a:/b");
    assertThatThrownBy(() -> disks.holding(directory))
        .hasMessageContaining("it is on an overlay whose upper layer is not to be seen here");
  }

  @Test
  void aFileSystemThatWaitsForSomebodyIsRefusedBeforeAnythingOnItIsLookedUp() throws IOException {
    for (String waiting : List.of("fuse", "fuse.sshfs", "proc", "autofs")) {
      mounted("/", "0:99", waiting + " host:/a rw");
      assertThatThrownBy(() -> disks.find("/no/such/file"))
          .hasMessageEndingWith(": its file system (" + waiting + ") does not tell its disk");
    }
    for (String remote : List.of("nfs4", "9p")) {
      mounted("/", "0:99", remote + " host:/a rw");
      assertThatThrownBy(() -> disks.find("/no/such/file"))
          .hasMessageEndingWith(": its file system (" + remote + ") is on no disk");
    }
    mounted("/", "8:1", "fuseblk /dev/sda1 rw"); // on a disk, behind a program
    assertThatThrownBy(() -> disks.holding(Path.of("/no/such/file")))
        .hasMessageEndingWith(": its file system (fuseblk) does not tell its disk");
  }

  @Test
  void onlyWhatIsSurelyOnNoDiskIsAnsweredAsOnNone() throws IOException {
    for (String type : List.of("tmpfs", "ramfs", "sysfs", "cgroup2", "nfs4", "virtiofs")) {
      mounted("/", "0:99", type + " none rw");
      assertThat(judged()).as(type).isEmpty();
    }
    mounted("/", "0:99", "tmpfs /dev/any-name rw");
    assertThat(judged()).isEmpty();
    for (String type : List.of("fuse", "proc", "autofs", "zfs", "ecryptfs", "newfs")) {
      mounted("/", "0:99", type + " none rw");
      assertRefused("device", this::judged);
    }
    mounted("/", "0:99", "overlay overlay rw,lowerdir=/a,upperdir=/no/such/layer,workdir=/w");
    assertRefused("device", this::judged);
    mounted("/", "8:1", "fuseblk /dev/sda1 rw");
    assertRefused("device", this::judged);
    mounted("/", "8:1", "ext4 /dev/sda1 rw");
    assertRefused("device", () -> judged(Path.of("/no/such/file")));
  }

  @Test
  void aFileSystemOnSeveralDisksIsRefusedAndNamesThem() throws IOException {
    Path node = blockDevice();
    link(numberOfNode(node), "devices/pci/block/sda");
    Path devices = Files.createDirectories(sys.resolve("fs/btrfs/an-id/devices"));
    Files.createFile(devices.resolve("sda"));
    mounted("/", "0:99", "btrfs " + node + " rw");
    assertThat(judged()).contains("sda");
    Files.createFile(devices.resolve("sdb"));
    assertThatThrownBy(this::judged)
        .hasMessageEndingWith(": its file system is on several disks: [sda, sdb]; name them");
  }

  private Optional<String> judged() throws IOException {
    return judged(directory);
  }

  private Optional<String> judged(Path files) throws IOException {
    return new HostLimits(List.of(), "test", disks).disk(files, DiskSearch.WAITING);
  }

  /** The node of any disk of this host, whatever disk it is here. */
  private static Path blockDevice() throws IOException {
    try (var nodes = Files.list(Path.of("/dev"))) {
      Optional<Path> found = nodes.filter(DisksTest::isBlockDevice).findFirst();
      assumeTrue(found.isPresent(), "this host shows no disk's node");
      return found.get();
    }
  }

  private static boolean isBlockDevice(Path node) {
    try {
      int mode = (Integer) Files.getAttribute(node, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & 0170000) == 0060000;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void twoNamesOfOneDiskHaveTheLowerBounds() throws IOException {
    link(numberOf(directory), "devices/pci/block/sda/sda1");
    List<IoLimit> limits =
        List.of(
            new IoLimit(null, 8192L, 4096L, null, null), new IoLimit("sda", 4096L, null, 5L, null));
    assertThat(IoLimits.named(limits, disks, directory, DiskSearch.WAITING))
        .containsExactly(new IoLimit("sda", 4096L, 4096L, 5L, null));
  }

  @Test
  void theBoundWhoseDeviceIsNoDiskIsNamed() {
    List<IoLimit> limits =
        List.of(
            new IoLimit("sda", 8192L, null, null, null),
            new IoLimit("sdz", 8192L, null, null, null));
    assertRefused(
        "limits.io[1].device", () -> IoLimits.named(limits, disks, directory, DiskSearch.WAITING));
  }

  @Test
  void aDiskThatIsGoneWhenItsBoundIsSetIsNoFaultOfTheRequest() {
    IoLimit limit = new IoLimit("sdz", 8192L, null, null, null);
    assertThatThrownBy(() -> IoLimits.number(disks, limit))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("limits.io: must be a disk, or on one, was sdz");
  }

  private Path device(String path, String number) throws IOException {
    Path device = HostTree.group(sys.resolve(path), "dev", number + "\n");
    link(number, path);
    Files.createSymbolicLink(sys.resolve("class/block").resolve(device.getFileName()), device);
    return device;
  }

  private void link(String number, String path) throws IOException {
    Files.createSymbolicLink(sys.resolve("dev/block").resolve(number), sys.resolve(path));
  }

  private void mounted(String point, String number, String typeSourceAndOptions)
      throws IOException {
    Files.writeString(mountinfo, mount(point, number, typeSourceAndOptions));
  }

  private static String mount(String point, String number, String typeSourceAndOptions) {
    return "27 1 " + number + " / " + point + " rw,relatime - " + typeSourceAndOptions + "\n";
  }

  private static String numberOf(Path path) throws IOException {
    return number((Long) Files.getAttribute(path, "unix:dev"));
  }

  private static String numberOfNode(Path node) throws IOException {
    return number((Long) Files.getAttribute(node, "unix:rdev"));
  }

  private static String number(long device) {
    return ((device >>> 8) & 0xfff) + ":" + ((device & 0xff) | ((device >>> 12) & 0xffffff00L));
  }
}
