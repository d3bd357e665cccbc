package dev.jobd.server.auth;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Which role has which permissions. A role that is not here has none. */
public final class Roles {
  /** The roles of a server that configures none. */
  public static final Roles BUILT_IN =
      new Roles(
          Map.of(
              "admin",
              EnumSet.allOf(Permission.class),
              "user",
              EnumSet.of(
                  Permission.START,
                  Permission.STOP_OWN,
                  Permission.READ_OWN,
                  Permission.DELETE_OWN),
              "submitter",
              EnumSet.of(Permission.START, Permission.READ_OWN, Permission.DELETE_OWN),
              "auditor",
              EnumSet.of(Permission.READ_ANY)));

  private final Map<String, Set<Permission>> permissions;

  public Roles(Map<String, ? extends Set<Permission>> permissions) {
    this.permissions = Map.copyOf(permissions);
  }

  /** What the caller's role permits; nothing where there is no such role. */
  public Set<Permission> permissions(Caller caller) {
    return permissions.getOrDefault(caller.role(), Set.of());
  }

  /** The roles that there are. */
  public Set<String> names() {
    return permissions.keySet();
  }
}
