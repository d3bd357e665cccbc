package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.CpuSet;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges limits by what this host has.
 *
 * @param instance whose jobs they are for
 */
record HostLimits(List<Hierarchy> hierarchies, String instance, Disks disks) implements LimitJudge {
  static final String HELP = "mount it, or hand it down to the server's group; " + Tenure.WAY_OUT;

  /** The hierarchy that has this resource's controller, if any has. */
  Optional<Hierarchy> of(Resource resource) {
    return hierarchies.stream().filter(h -> h.resources().contains(resource)).findFirst();
  }

  @Override
  public Limits named(Limits limits, Path files, DiskSearch search) throws IOException {
    return limits.io().isEmpty()
        ? limits
        : limits.withIo(IoLimits.named(limits.io(), disks, files, search));
  }

  @Override
  public Optional<String> disk(Path files, DiskSearch search) throws IOException {
    try {
      return Optional.of(search.disk(files.toString(), () -> disks.holding(files).name()));
    } catch (NoDiskException e) {
      return Optional.empty();
    }
  }

  @Override
  public void require(Limits limits) throws IOException {
    if (limits.swapBytes() != null && limits.memoryBytes() == null) {
      throw new InvalidSpecException(Swap.FIELD, "needs a memory limit beside it");
    }
    if (limits.cpuset() != null) {
      checkProcessors(limits.cpuset());
    }
    if (limits.ioWeight() != null) {
      checkWeight();
    }
    if (!limits.io().isEmpty()) {
      var _ = hierarchy(Resource.IO, IoLimits.FIELD);
    }
  }

  private void checkProcessors(CpuSet asked) throws IOException {
    Hierarchy hierarchy = hierarchy(Resource.CPUSET, CpusetV1.FIELD);
    String held =
        switch (hierarchy) {
          case LegacyHierarchy h -> CpusetV1.CPUS;
          case UnifiedHierarchy h -> CpusetV2.EFFECTIVE;
        };
    CpuSet available = new CpuSet(ControlFile.read(file(hierarchy, held)));
    if (!available.contains(asked)) {
      throw new InvalidSpecException(
          CpusetV1.FIELD,
          "must be among the processors that jobs may have here, " + available + ", was " + asked);
    }
  }

  private void checkWeight() throws IOException {
    Hierarchy hierarchy = hierarchy(Resource.IO, IoWeight.FIELD);
    boolean heeded =
        switch (hierarchy) {
          case LegacyHierarchy h -> isHeeded(file(h, IoV1.WEIGHT));
          case UnifiedHierarchy h ->
              isHeeded(file(h, IoV2.BFQ_WEIGHT))
                  || (Files.exists(file(h, IoV2.WEIGHT)) && IoWeight.isCosted(h.own()));
        };
    if (!heeded) {
      throw new InvalidSpecException(
          IoWeight.FIELD,
          "cannot be enforced on this host: no disk shares its time by weight; make bfq the"
              + " scheduler of one (/sys/block/*/queue/scheduler), or do without");
    }
  }

  /**
   * A control file of the instance's group; where that is not made, because somebody only looks,
   * that of another group which has it. The root has few.
   */
  Path file(Hierarchy hierarchy, String name) throws IOException {
    Path group = hierarchy.instance(instance).directory();
    if (!Files.exists(group)) {
      List<Path> others = new ArrayList<>(List.of(hierarchy.own()));
      others.addAll(Groups.children(hierarchy.own()));
      for (Path other : others) {
        if (Files.exists(other.resolve(name))) {
          return other.resolve(name);
        }
      }
    }
    return group.resolve(name);
  }

  private boolean isHeeded(Path bfqWeight) throws IOException {
    return Files.exists(bfqWeight) && !IoWeight.heeding(disks.sys()).isEmpty();
  }

  private Hierarchy hierarchy(Resource resource, String field) {
    return of(resource)
        .orElseThrow(
            () ->
                new InvalidSpecException(
                    field,
                    "cannot be enforced on this host: the server's group has no "
                        + resource.legacy()
                        + " controller; "
                        + HELP
                        + ", or do without"));
  }
}
