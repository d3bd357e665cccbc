package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What this host enforces on jobs, in words for an operator.
 *
 * @param mode {@code v1}, {@code v2} or {@code hybrid}
 */
public record HostReport(String mode, List<Finding> findings) {
  public HostReport {
    findings = List.copyOf(findings);
  }

  /**
   * One thing that is to be enforced.
   *
   * @param subject {@code cpu}, {@code memory}, {@code pids}, {@code swap} or {@code kill}
   * @param enforced whether it can be; where not, jobs that need it are refused
   * @param how where and by what, or why not and what would help
   */
  public record Finding(String subject, boolean enforced, String how) {}

  static HostReport of(String mode, List<Hierarchy> hierarchies, String instance, Path swaps)
      throws IOException {
    List<Finding> findings = new ArrayList<>();
    Finding kill =
        new Finding("kill", true, "process by process, after forks are forbidden by pids.max");
    for (Hierarchy hierarchy : hierarchies) {
      String where = " in " + hierarchy.own();
      String version =
          switch (hierarchy) {
            case LegacyHierarchy h -> "cgroup v1";
            case UnifiedHierarchy h -> "cgroup v2";
          };
      for (Resource resource : hierarchy.resources().stream().sorted().toList()) {
        findings.add(new Finding(resource.controller(), true, version + where));
      }
      Path group = hierarchy.instance(instance).directory();
      if (hierarchy.resources().contains(Resource.MEMORY)) {
        findings.add(swap(group.resolve(hierarchy.swapLimit()), swaps));
      }
      if (Files.exists(group.resolve(JobDirectories.KILL))) {
        kill = new Finding("kill", true, JobDirectories.KILL + where);
      }
    }
    findings.add(kill);
    return new HostReport(mode, findings);
  }

  private static Finding swap(Path limit, Path swaps) throws IOException {
    if (Files.exists(limit)) {
      return new Finding("swap", true, "held to zero by " + limit.getFileName());
    }
    String missing = "there is no " + limit.getFileName() + " to hold it to zero, ";
    return Swap.isOn(swaps)
        ? new Finding(
            "swap",
            false,
            missing + "so jobs with a memory limit are refused while swap is on; " + Swap.WAY_OUT)
        : new Finding("swap", true, missing + "but none is on");
  }
}
