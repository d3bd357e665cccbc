package dev.jobd.worker.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * By what right a server arranges the cgroup v2 group that it is in. Every group but the root may
 * hold processes or hand controllers down, not both (cgroups(7), no internal processes): so who is
 * in it has to move to a leaf, and not everybody is the server's to move.
 */
sealed interface Tenure {
  /** The root of the hierarchy may do both: nobody has to move. */
  record Root() implements Tenure {}

  /** Nobody is in it: an earlier open moved the server to a leaf, or systemd began it in one. */
  record Vacant() implements Tenure {}

  /** Nobody is in it but this process and what it started. */
  record Alone() implements Tenure {}

  /** Others may be in it, but it was given to the server with them. */
  record Delegated(String evidence) implements Tenure {}

  /** Others are in it, and somebody else put them there. */
  record Shared(List<Long> others) implements Tenure {}

  String WAY_OUT =
      "start jobd in a group of its own: put systemd-run --scope -p Delegate=yes before the"
          + " command, or have a systemd service with Delegate=yes";

  /** Every group has it but the root. */
  String NOT_ROOT = "cgroup.type";

  /** What systemd sets on the group of a unit with Delegate=, in the namespace {@code user}. */
  String DELEGATE_ATTRIBUTE = "delegate";

  static Tenure of(Path own) throws IOException {
    if (!Files.exists(own.resolve(NOT_ROOT))) {
      return new Root();
    }
    List<Long> members = Groups.processes(own);
    if (members.isEmpty()) {
      return new Vacant();
    }
    if (isTop(own)) {
      return new Delegated("the root of a cgroup namespace, as of a container");
    }
    if (isMarked(own)) {
      return new Delegated("delegated by systemd");
    }
    Set<Long> mine = mine();
    List<Long> others = members.stream().filter(process -> !mine.contains(process)).toList();
    return others.isEmpty() ? new Alone() : new Shared(others);
  }

  /** This process and all that it started. */
  static Set<Long> mine() {
    Set<Long> mine = new HashSet<>();
    ProcessHandle.current().descendants().map(ProcessHandle::pid).forEach(mine::add);
    mine.add(ProcessHandle.current().pid());
    return mine;
  }

  /** Whether no group is above it that this process could see. */
  static boolean isTop(Path group) {
    return Files.notExists(group.toAbsolutePath().resolve("..").resolve(Groups.PROCESSES));
  }

  /** Whether it was given to the server, whoever is in it. */
  static boolean isDelegated(Path own) {
    return isTop(own) || isMarked(own);
  }

  /** Whether systemd has marked it as delegated. */
  static boolean isMarked(Path group) {
    try {
      return Files.getFileAttributeView(group, UserDefinedFileAttributeView.class)
          .list()
          .contains(DELEGATE_ATTRIBUTE);
    } catch (IOException e) {
      return false; // Linux before 5.7 has no such attributes for groups
    }
  }

  /** For an operator: what it is, and what follows. */
  default String words(Path own) {
    return switch (this) {
      case Root _ -> own + " is the root of cgroup v2: nobody has to move";
      case Vacant _ -> own + " holds groups alone";
      case Alone _ ->
          "jobd is alone in " + own + ", and moves itself to " + UnifiedHierarchy.LEAF + " there";
      case Delegated(String evidence) ->
          own + " is " + evidence + ": who is in it moves to " + UnifiedHierarchy.LEAF + " there";
      case Shared(List<Long> others) ->
          own + " is shared with processes " + others + ", which are not jobd's to move";
    };
  }
}
