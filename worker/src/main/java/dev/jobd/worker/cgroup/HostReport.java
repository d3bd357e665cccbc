package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this host enforces on jobs, in words for an operator.
 *
 * @param mode {@code v1}, {@code v2} or {@code hybrid}
 */
public record HostReport(String mode, List<Finding> findings) {
  private static final String NOT_SEEN = ", where the kernel has it: no group here shows it yet";

  public HostReport {
    findings = List.copyOf(findings);
  }

  /**
   * One thing that is to be enforced.
   *
   * @param subject {@code place}, the controller's name, {@code swap}, {@code io weight} or {@code
   *     kill}
   * @param enforced whether it can be; where not, jobs that need it are refused
   * @param how where and by what, or why not and what would help
   */
  public record Finding(String subject, boolean enforced, String how) {}

  static HostReport of(String mode, HostLimits limits, ProcFiles proc) throws IOException {
    List<Finding> findings = new ArrayList<>();
    findings.add(place(limits.hierarchies().getFirst(), proc));
    for (Resource resource : Resource.values()) {
      if (resource.isMeans()) {
        continue;
      }
      Optional<Hierarchy> hierarchy = limits.of(resource);
      findings.add(hierarchy.map(h -> found(resource, h)).orElseGet(() -> missing(resource)));
      if (resource == Resource.MEMORY) {
        findings.add(swap(limits, hierarchy.orElseThrow(), proc.swaps()));
      }
    }
    findings.add(weight(limits));
    findings.add(kill(limits));
    return new HostReport(mode, findings);
  }

  private static Finding place(Hierarchy hierarchy, ProcFiles proc) throws IOException {
    Membership membership = Membership.parse(ControlFile.read(proc.cgroup()));
    String place = Place.of(hierarchy, membership).words();
    String rights =
        hierarchy instanceof UnifiedHierarchy unified && !unified.resources().isEmpty()
            ? "; " + unified.tenure().words(unified.own())
            : "";
    return new Finding("place", true, place + rights);
  }

  private static Finding found(Resource resource, Hierarchy hierarchy) {
    String how =
        switch (hierarchy) {
          case LegacyHierarchy h when resource == Resource.IO ->
              "cgroup v1 in "
                  + h.own()
                  + "; reads, and writes that a job waits for: what it leaves in the page cache is"
                  + " written under no bound";
          case LegacyHierarchy h -> "cgroup v1 in " + h.own();
          case UnifiedHierarchy h -> "cgroup v2 in " + h.own();
        };
    return new Finding(resource.legacy(), true, how);
  }

  private static Finding missing(Resource resource) {
    return new Finding(
        resource.legacy(), false, "the server's group has no such controller; " + HostLimits.HELP);
  }

  private static Finding swap(HostLimits limits, Hierarchy memory, Path swaps) throws IOException {
    Path limit = limits.file(memory, memory.swapLimit());
    if (Files.exists(limit)) {
      return new Finding("swap", true, "bounded by " + limit.getFileName());
    }
    if (memory instanceof UnifiedHierarchy
        && Files.notExists(limits.file(memory, MemoryV2.MEMORY))) {
      return new Finding("swap", true, "bounded by " + limit.getFileName() + NOT_SEEN);
    }
    String missing = "there is no " + limit.getFileName() + " to bound it, ";
    return Swap.isOn(swaps)
        ? new Finding(
            "swap",
            false,
            missing + "so jobs with a memory limit are refused while swap is on; " + Swap.WAY_OUT)
        : new Finding("swap", true, missing + "but none is on");
  }

  private static Finding weight(HostLimits limits) throws IOException {
    try {
      limits.require(Limits.builder().ioWeight(Limits.MIN_WEIGHT).build());
      return new Finding("io weight", true, "on disks that share their time by weight");
    } catch (InvalidSpecException e) {
      return new Finding("io weight", false, e.problem());
    }
  }

  private static Finding kill(HostLimits limits) throws IOException {
    for (Hierarchy hierarchy : limits.hierarchies()) {
      String how = JobDirectories.KILL + " in " + hierarchy.own();
      if (Files.exists(limits.file(hierarchy, JobDirectories.KILL))) {
        return new Finding("kill", true, how);
      }
      if (hierarchy instanceof UnifiedHierarchy
          && Files.notExists(limits.file(hierarchy, Tenure.NOT_ROOT))) {
        return new Finding("kill", true, how + NOT_SEEN);
      }
    }
    String frozen =
        limits.of(Resource.FREEZER).map(h -> "frozen in " + h.own() + ", then ").orElse("");
    return new Finding(
        "kill", true, frozen + "process by process, after forks are forbidden by pids.max");
  }
}
