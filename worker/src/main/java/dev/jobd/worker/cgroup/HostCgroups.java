package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The groups of one instance's jobs, in every hierarchy that this host needs for them. */
final class HostCgroups implements Cgroups {
  /** No path, and no name that the kernel gives a control file: those have dots. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

  /** In the place of an instance: no server, and so no groups. */
  private static final String NOBODY = "nobody";

  /** The unified one first, so that a job with a process left keeps its group whole. */
  private final List<Hierarchy> hierarchies;

  private final String instance;
  private final ProcFiles proc;
  private final HostLimits judge;

  /** The accounts that the kernel keeps here. */
  private final IdentityHashMap<Hierarchy, List<Account>> accounts = new IdentityHashMap<>();

  /** Where jobs of earlier servers may have groups. */
  private final List<Path> earlier;

  /** The same, by the hierarchy that they are in. */
  private final IdentityHashMap<Hierarchy, List<Path>> earlierIn = new IdentityHashMap<>();

  private HostCgroups(
      List<Hierarchy> hierarchies,
      String instance,
      ProcFiles proc,
      Disks disks,
      List<Path> earlier) {
    this.hierarchies = List.copyOf(hierarchies);
    this.instance = instance;
    this.proc = proc;
    this.judge = new HostLimits(this.hierarchies, instance, disks);
    List<Path> here = hierarchies.stream().map(h -> h.instance(instance).directory()).toList();
    this.earlier =
        earlier.stream().filter(place -> !here.contains(place) && !Groups.isGone(place)).toList();
  }

  static HostCgroups open(String instance, ProcFiles proc, List<Path> earlier) throws IOException {
    return open(instance, proc, Disks.HOST, earlier);
  }

  static HostCgroups open(String instance, ProcFiles proc, Disks disks, List<Path> earlier)
      throws IOException {
    requireName("instance", instance);
    HostCgroups cgroups = new HostCgroups(usable(proc, disks), instance, proc, disks, earlier);
    try {
      for (Hierarchy hierarchy : cgroups.hierarchies) {
        hierarchy.instance(instance).make();
        hierarchy.prepare(hierarchy.instance(instance));
      }
      cgroups.findAccounts();
      cgroups.sortEarlier();
      return cgroups;
    } catch (IOException e) {
      cgroups.closeAfter(e);
      throw e;
    }
  }

  /** Looks, and makes nothing. */
  static HostReport look(ProcFiles proc, Disks disks) throws IOException {
    List<Hierarchy> hierarchies = usable(proc, disks);
    HostLimits limits = new HostLimits(hierarchies, NOBODY, disks);
    return HostReport.of(mode(hierarchies), limits, proc);
  }

  /** Looks, and makes nothing. */
  static LimitJudge judge(ProcFiles proc, Disks disks) throws IOException {
    return new HostLimits(usable(proc, disks), NOBODY, disks);
  }

  private static List<Hierarchy> usable(ProcFiles proc, Disks disks) throws IOException {
    List<Hierarchy> hierarchies = HierarchyFinder.find(proc, disks);
    for (Hierarchy hierarchy : hierarchies) {
      hierarchy.require();
    }
    return hierarchies;
  }

  /** Once for all jobs: their groups have the files that the instance's group has. */
  private void findAccounts() throws IOException {
    Set<String> counted = new HashSet<>();
    for (Hierarchy hierarchy : hierarchies) {
      Path group = hierarchy.instance(instance).directory();
      List<Account> kept = new ArrayList<>();
      for (Account account : hierarchy.accounts()) {
        if (!counted.contains(account.counts()) && account.isKept(group)) {
          counted.add(account.counts());
          kept.add(account);
        }
      }
      accounts.put(hierarchy, List.copyOf(kept));
    }
  }

  /** Each hierarchy is a file system of its own. */
  private void sortEarlier() throws IOException {
    for (Hierarchy hierarchy : hierarchies) {
      List<Path> places = new ArrayList<>();
      for (Path place : earlier) {
        if (device(place).equals(device(hierarchy.own()))) {
          places.add(place);
        }
      }
      earlierIn.put(hierarchy, List.copyOf(places));
    }
  }

  private static Object device(Path group) throws IOException {
    return Files.getAttribute(group, "unix:dev");
  }

  private void closeAfter(IOException failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public String mode() {
    return mode(hierarchies);
  }

  private static String mode(List<Hierarchy> hierarchies) {
    boolean unified = hierarchies.stream().anyMatch(UnifiedHierarchy.class::isInstance);
    boolean legacy = hierarchies.stream().anyMatch(LegacyHierarchy.class::isInstance);
    return unified && legacy ? "hybrid" : unified ? "v2" : "v1";
  }

  @Override
  public HostReport report() throws IOException {
    return HostReport.of(mode(), judge, proc);
  }

  @Override
  public Limits named(Limits limits, Path files, DiskSearch search) throws IOException {
    return judge.named(limits, files, search);
  }

  @Override
  public Optional<String> disk(Path files, DiskSearch search) throws IOException {
    return judge.disk(files, search);
  }

  @Override
  public void require(Limits limits) throws IOException {
    judge.require(limits);
  }

  @Override
  public JobCgroup create(String job, Limits limits) throws IOException {
    requireName("job", job);
    List<Hierarchy> needed = neededFor(limits);
    List<Path> made = new ArrayList<>(needed.size());
    try {
      for (Hierarchy hierarchy : needed) {
        Path group = group(hierarchy, job);
        Groups.make(group);
        made.add(group);
        for (Controller controller : hierarchy.controllers()) {
          controller.set(group, limits);
          controller.verify(group, limits);
        }
      }
      return directories(job, needed);
    } catch (IOException | RuntimeException e) {
      undo(made, e);
      throw e;
    }
  }

  private static void undo(List<Path> made, Exception failure) {
    for (Path group : made) {
      try {
        Groups.remove(group);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  @Override
  public JobCgroup existing(String job) {
    requireName("job", job);
    return directories(job, hierarchies);
  }

  @Override
  public JobCgroup planned(String job, Limits limits) {
    requireName("job", job);
    return directories(job, neededFor(limits));
  }

  private List<Hierarchy> neededFor(Limits limits) {
    return hierarchies.stream().filter(hierarchy -> hierarchy.isNeededFor(limits)).toList();
  }

  private JobDirectories directories(String job, List<Hierarchy> among) {
    Path unified = null;
    List<Path> legacy = new ArrayList<>(among.size());
    for (Hierarchy hierarchy : among) {
      Path group = group(hierarchy, job);
      switch (hierarchy) {
        case UnifiedHierarchy u -> unified = group;
        case LegacyHierarchy l -> legacy.add(group);
      }
    }
    Hierarchy memory = limiting(Resource.MEMORY);
    return new JobDirectories(
        unified,
        List.copyOf(legacy),
        earlier.stream().map(place -> place.resolve(job)).toList(),
        group(memory, job).resolve(memory.oomEvents()),
        switch (memory) {
          case LegacyHierarchy h -> group(h, job).resolve(MemoryV1.NOTICE);
          case UnifiedHierarchy h -> null;
        },
        groupFor(Resource.IO, job),
        group(limiting(Resource.PIDS), job),
        groupFor(Resource.FREEZER, job),
        hierarchies.stream().map(hierarchy -> jobGroup(hierarchy, job)).toList());
  }

  private JobGroup jobGroup(Hierarchy hierarchy, String job) {
    return new JobGroup(
        place(hierarchy, job), hierarchy, accounts.getOrDefault(hierarchy, List.of()));
  }

  /** Where a job of an earlier server has its group, if there, or else where it is made. */
  private Path place(Hierarchy hierarchy, String job) {
    return earlierIn.getOrDefault(hierarchy, List.of()).stream()
        .map(place -> place.resolve(job))
        .filter(Files::exists)
        .findFirst()
        .orElseGet(() -> group(hierarchy, job));
  }

  private Path group(Hierarchy hierarchy, String job) {
    return hierarchy.instance(instance).job(job);
  }

  private @Nullable Path groupFor(Resource resource, String job) {
    return judge.of(resource).map(hierarchy -> group(hierarchy, job)).orElse(null);
  }

  /** Detection has refused a host where there is none. */
  private Hierarchy limiting(Resource resource) {
    return judge.of(resource).orElseThrow();
  }

  @Override
  public List<String> jobs() throws IOException {
    TreeSet<String> jobs = new TreeSet<>();
    for (Path place : places()) {
      for (Path group : Groups.children(place)) {
        String name = String.valueOf(group.getFileName());
        if (NAME.matcher(name).matches()) { // else somebody else's, who has no business there
          jobs.add(name);
        }
      }
    }
    return List.copyOf(jobs);
  }

  @Override
  public List<Path> places() {
    List<Path> places = new ArrayList<>();
    hierarchies.forEach(hierarchy -> places.add(hierarchy.instance(instance).directory()));
    places.addAll(earlier);
    return List.copyOf(places);
  }

  @Override
  public void close() throws IOException {
    for (Path place : places()) {
      InstanceGroup.at(place).removeIfUnused();
    }
    for (Hierarchy hierarchy : hierarchies) {
      hierarchy.release();
    }
  }

  private static void requireName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + " must match " + NAME.pattern() + " to name a cgroup, was " + name);
    }
  }
}
