package dev.jobd.server.auth;

import java.util.Set;

/**
 * What a caller may do. Knows no jobs, no certificates and no wire: permissions in, decision out.
 */
public final class Policy {
  private Policy() {}

  /** What an action is aimed at, as the caller stands to it. */
  public enum Target {
    OWN,
    FOREIGN,
    ABSENT
  }

  /** The answer to a caller. */
  public enum Decision {
    ALLOW,
    /** As if there were no such job, whether there is one or not. */
    NOT_FOUND,
    DENIED
  }

  /**
   * Whether {@code granted} allows {@code action} on anything at all: the check that comes before
   * any job is looked for.
   */
  public static Decision decide(Set<Permission> granted, Action action) {
    return action.allowedOnOwn(granted) ? Decision.ALLOW : Decision.DENIED;
  }

  /**
   * Whether {@code granted} allows {@code action} on {@code target}. What is decided for a foreign
   * job that the caller may not read is what is decided for an absent one.
   */
  public static Decision decide(Set<Permission> granted, Action action, Target target) {
    if (decide(granted, action) == Decision.DENIED) {
      return Decision.DENIED;
    }
    return switch (target) {
      case OWN -> Decision.ALLOW;
      case ABSENT -> Decision.NOT_FOUND;
      case FOREIGN -> {
        if (!seesForeign(granted)) {
          yield Decision.NOT_FOUND;
        }
        yield action.allowedOnAny(granted) ? Decision.ALLOW : Decision.DENIED;
      }
    };
  }

  /** Whether the jobs of others exist for a caller with {@code granted}. One's own always do. */
  public static boolean seesForeign(Set<Permission> granted) {
    return Action.READ.allowedOnAny(granted);
  }
}
