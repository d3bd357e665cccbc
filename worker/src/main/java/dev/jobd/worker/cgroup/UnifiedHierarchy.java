package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup v2 hierarchy. Tracks and kills what is in a group, and limits it where the controllers
 * are not taken by v1.
 */
record UnifiedHierarchy(
    Path own, Set<Resource> resources, List<Controller> controllers, List<Account> accounts)
    implements Hierarchy {

  /** Where the server itself goes, so that its own group may hand controllers down. */
  static final String LEAF = "jobd-server";

  static final String AVAILABLE = "cgroup.controllers";
  private static final String ENABLED = "cgroup.subtree_control";

  /** More than this, and something forks into the group faster than it can be emptied. */
  private static final int MAX_EMPTYING_PASSES = 64;

  /** How often another server may end, and take back what it handed down, while this one begins. */
  private static final int MAX_TRIES = 4;

  /**
   * @param swaps lists the swap areas in use
   */
  static UnifiedHierarchy of(Path own, Set<Resource> resources, Path swaps, Disks disks) {
    List<Controller> controllers = new ArrayList<>();
    for (Resource resource : resources) {
      controllers.add(
          switch (resource) {
            case CPU -> new CpuV2();
            case MEMORY -> new MemoryV2(swaps);
            case PIDS -> new Pids();
            case IO -> new IoV2(disks);
            case CPUSET -> new CpusetV2();
            case CPUACCT, FREEZER ->
                throw new IllegalArgumentException("v2 has no such controller");
          });
    }
    List<Account> accounts =
        Stream.of(
                List.of(CpuV2.ACCOUNT),
                MemoryV2.ACCOUNTS,
                Pids.ACCOUNTS,
                List.of(new IoAccounts(disks).v2()),
                Pressure.ACCOUNTS)
            .flatMap(List::stream)
            .toList();
    return new UnifiedHierarchy(own, Set.copyOf(resources), List.copyOf(controllers), accounts);
  }

  /** The server's own group, given the one it is in: a leaf that was made for it is not its own. */
  static String ownGroup(String member) {
    String leaf = "/" + LEAF;
    return member.endsWith(leaf) ? member.substring(0, member.length() - leaf.length()) : member;
  }

  /** Always: it tracks. */
  @Override
  public boolean isNeededFor(Limits limits) {
    return true;
  }

  @Override
  public String oomEvents() {
    return MemoryV2.OOM_EVENTS;
  }

  @Override
  public String swapLimit() {
    return MemoryV2.SWAP;
  }

  /** Where it limits nothing, no controllers are handed down, and it matters to nobody. */
  @Override
  public void require() throws IOException {
    Groups.requireWritable(own);
    if (!resources.isEmpty() && tenure() instanceof Tenure.Shared shared) {
      throw new CgroupException(
          "hand controllers down from " + own, shared.words(own) + "; " + Tenure.WAY_OUT);
    }
  }

  Tenure tenure() throws IOException {
    return Tenure.of(own);
  }

  @Override
  public void prepare(InstanceGroup instance) throws IOException {
    List<String> names = names();
    for (int tries = 1; ; tries++) {
      try {
        if (!missing(own, names).isEmpty()) {
          empty(own);
        }
        handDown(own, names);
        handDown(instance.common(), names);
        handDown(instance.directory(), names);
        return;
      } catch (CgroupException e) {
        if (tries == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  private List<String> names() {
    return resources.stream().sorted().map(Resource::unified).toList();
  }

  /**
   * Where this process alone is in the leaf, and nothing else below the server's own group, makes
   * it again what it was: it would not take a process while it hands controllers down. What was
   * delegated is the server's to leave as it likes.
   */
  @Override
  public void release() throws IOException {
    Path leaf = own.resolve(LEAF);
    List<Long> members = Groups.processes(leaf);
    if (members.isEmpty()
        || Tenure.isDelegated(own)
        || !Groups.children(own).equals(List.of(leaf))
        || !Tenure.mine().containsAll(members)) {
      return;
    }
    String names = names().stream().map("-"::concat).collect(Collectors.joining(" "));
    try {
      ControlFile.write(own.resolve(ENABLED), names);
      moveAll(leaf, own);
      Groups.remove(leaf);
    } catch (CgroupException e) {
      // Another server came meanwhile, and has use for what is left as it is.
    }
  }

  /** Gives the groups below {@code group} the control files of {@code controllers}. */
  static void handDown(Path group, Collection<String> controllers) throws IOException {
    List<String> missing = missing(group, controllers);
    if (!missing.isEmpty()) {
      ControlFile.write(
          group.resolve(ENABLED),
          missing.stream().map("+"::concat).collect(Collectors.joining(" ")));
    }
  }

  private static List<String> missing(Path group, Collection<String> controllers)
      throws IOException {
    if (controllers.isEmpty()) {
      return List.of();
    }
    Set<String> enabled = Groups.words(group.resolve(ENABLED));
    return controllers.stream().filter(controller -> !enabled.contains(controller)).toList();
  }

  /**
   * Moves every process in {@code group} to its leaf. A process that forks meanwhile leaves its
   * child behind, and one that ends cannot be moved: so it is done over until none is left.
   */
  static void empty(Path group) throws IOException {
    if (!Files.exists(group.resolve(Tenure.NOT_ROOT)) || Groups.processes(group).isEmpty()) {
      return;
    }
    Path leaf = group.resolve(LEAF);
    Groups.makeIfAbsent(leaf);
    moveAll(group, leaf);
  }

  private static void moveAll(Path from, Path to) throws IOException {
    List<Long> left = Groups.processes(from);
    IOException failure = null;
    for (int pass = 0; !left.isEmpty(); pass++) {
      if (pass == MAX_EMPTYING_PASSES) {
        throw new CgroupException(
            "move every process of " + from + " to " + to, left + " stay behind", failure);
      }
      failure = move(left, to);
      left = Groups.processes(from);
    }
  }

  /** Tries all; answers why the last that failed did. */
  private static @Nullable IOException move(List<Long> processes, Path group) {
    IOException failure = null;
    for (long process : processes) {
      try {
        ControlFile.write(group.resolve(Groups.PROCESSES), process);
      } catch (IOException e) {
        failure = e;
      }
    }
    return failure;
  }
}
