package dev.jobd.server.auth;

import static dev.jobd.server.auth.Policy.Decision.ALLOW;
import static dev.jobd.server.auth.Policy.Decision.DENIED;
import static dev.jobd.server.auth.Policy.Decision.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.server.auth.Policy.Target;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyTest {
  @Test
  void foreignJobThatMayBeReadButNotStoppedIsDenied() {
    Set<Permission> granted = EnumSet.of(Permission.READ_ANY, Permission.STOP_OWN);

    assertThat(Policy.decide(granted, Action.STOP, Target.FOREIGN)).isEqualTo(DENIED);
    assertThat(Policy.decide(granted, Action.STOP, Target.OWN)).isEqualTo(ALLOW);
    assertThat(Policy.decide(granted, Action.STOP, Target.ABSENT)).isEqualTo(NOT_FOUND);
  }

  @Test
  void foreignJobThatMayNotBeReadIsAbsentEvenToWhoMayStopAny() {
    Set<Permission> granted = EnumSet.of(Permission.READ_OWN, Permission.STOP_ANY);

    assertThat(Policy.decide(granted, Action.STOP, Target.FOREIGN)).isEqualTo(NOT_FOUND);
  }

  @Test
  void permissionForAnyIncludesOwn() {
    assertThat(Policy.decide(EnumSet.of(Permission.READ_ANY), Action.READ, Target.OWN))
        .isEqualTo(ALLOW);
    assertThat(Policy.decide(EnumSet.of(Permission.STOP_ANY), Action.STOP, Target.OWN))
        .isEqualTo(ALLOW);
    assertThat(Policy.decide(EnumSet.of(Permission.DELETE_ANY), Action.DELETE, Target.OWN))
        .isEqualTo(ALLOW);
  }

  @Test
  void withoutPermissionsOnlyConnectingIsAllowed() {
    for (Action action : Action.values()) {
      assertThat(Policy.decide(Set.of(), action))
          .as(action.name())
          .isEqualTo(action == Action.CONNECT ? ALLOW : DENIED);
    }
  }

  /**
   * Every set of permissions there can be: invariant 7 must hold for roles that nobody has thought
   * of yet.
   */
  @Test
  void whoMayNotReadOthersCannotTellForeignFromAbsent() {
    for (Set<Permission> granted : everySetOfPermissions()) {
      if (granted.contains(Permission.READ_ANY)) {
        continue;
      }
      for (Action action : Action.values()) {
        assertThat(Policy.decide(granted, action, Target.FOREIGN))
            .as("%s with %s", action, granted)
            .isEqualTo(Policy.decide(granted, action, Target.ABSENT));
      }
    }
  }

  @Test
  void anotherPermissionNeverTakesSomethingAway() {
    for (Set<Permission> granted : everySetOfPermissions()) {
      for (Permission more : Permission.values()) {
        Set<Permission> grown = new HashSet<>(granted);
        grown.add(more);
        for (Action action : Action.values()) {
          for (Target target : Target.values()) {
            if (Policy.decide(granted, action, target) == ALLOW) {
              assertThat(Policy.decide(grown, action, target))
                  .as("%s on %s with %s and %s", action, target, granted, more)
                  .isEqualTo(ALLOW);
            }
          }
        }
      }
    }
  }

  private static Set<Set<Permission>> everySetOfPermissions() {
    Set<Set<Permission>> sets = new HashSet<>();
    Permission[] all = Permission.values();
    for (int bits = 0; bits < 1 << all.length; bits++) {
      Set<Permission> set = EnumSet.noneOf(Permission.class);
      for (int i = 0; i < all.length; i++) {
        if ((bits & 1 << i) != 0) {
          set.add(all[i]);
        }
      }
      sets.add(set);
    }
    return sets;
  }
}
