package dev.jobd.worker.cgroup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a server runs, as its groups tell. */
sealed interface Place {
  /** Nothing is seen here above this group, which is not the root of all. */
  record Container(Path group) implements Place {}

  /**
   * A unit of systemd's.
   *
   * @param delegated whether it is marked so, which Linux before 5.7 and v1 have no mark for
   */
  record Unit(String name, boolean delegated) implements Place {}

  /** Neither: somebody started it in this group. */
  record Hand(Path group) implements Place {}

  /** The membership in v1 of the hierarchy by which systemd keeps its units apart. */
  String SYSTEMD = "name=systemd";

  /** Of v1, the root of a hierarchy alone has it. */
  String ROOT_ALONE = "release_agent";

  /**
   * Where this process is, whose groups are these.
   *
   * @param hierarchy that jobs have a group in, the unified one where there is one
   */
  static Place of(Hierarchy hierarchy, Membership membership) {
    Path own = hierarchy.own();
    boolean isRoot =
        switch (hierarchy) {
          case LegacyHierarchy _ -> Files.exists(own.resolve(ROOT_ALONE));
          case UnifiedHierarchy _ -> Files.notExists(own.resolve(Tenure.NOT_ROOT));
        };
    if (!isRoot && Tenure.isTop(own)) {
      return new Container(own);
    }
    return unit(own)
        .or(() -> membership.path(SYSTEMD).flatMap(group -> unit(Path.of(group))))
        .orElseGet(() -> new Hand(own));
  }

  /** The nearest unit that {@code group} is that of, or is in. */
  private static Optional<Place> unit(Path group) {
    return Stream.iterate(group, each -> each.getFileName() != null, Path::getParent)
        .filter(each -> each.toString().endsWith(".service") || each.toString().endsWith(".scope"))
        .findFirst()
        .map(each -> new Unit(String.valueOf(each.getFileName()), Tenure.isMarked(each)));
  }

  /** For an operator. */
  default String words() {
    return switch (this) {
      case Container(Path group) -> "in a container: no group is to be seen above " + group;
      case Unit(String name, boolean delegated) ->
          "under systemd in " + name + (delegated ? ", with" : ", not marked with") + " Delegate=";
      case Hand(Path group) -> "by hand, in " + group;
    };
  }
}
