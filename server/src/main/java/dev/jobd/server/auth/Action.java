package dev.jobd.server.auth;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a call does, and the permissions that allow it. */
public enum Action {
  /** Needs a valid certificate and nothing more. */
  CONNECT("connect", null, null),
  START("start jobs", Permission.START, Permission.START),
  STOP("stop jobs", Permission.STOP_OWN, Permission.STOP_ANY),
  READ("read jobs", Permission.READ_OWN, Permission.READ_ANY),
  /**
   * What one's own job reads is as much one's own as its command; to feed another's is to act as
   * them.
   */
  SEND_INPUT("send input to jobs", Permission.START, Permission.ADMIN),
  /** Whoever may start a job may give it limits; others' jobs are an administrator's matter. */
  LIMIT("change limits of jobs", Permission.START, Permission.ADMIN),
  DELETE("delete jobs", Permission.DELETE_OWN, Permission.DELETE_ANY),
  ADMINISTER("administer the server", Permission.ADMIN, Permission.ADMIN);

  private final String text;
  private final @Nullable Permission own;
  private final @Nullable Permission any;

  Action(String text, @Nullable Permission own, @Nullable Permission any) {
    this.text = text;
    this.own = own;
    this.any = any;
  }

  /** Whether {@code granted} allows this on what is the caller's own. */
  boolean allowedOnOwn(Set<Permission> granted) {
    return own == null || granted.contains(own) || allowedOnAny(granted);
  }

  /** Whether {@code granted} allows this whosever it is. */
  boolean allowedOnAny(Set<Permission> granted) {
    return any == null || granted.contains(any);
  }

  /** In words that follow "may not", for example {@code stop jobs}. */
  @Override
  public String toString() {
    return text;
  }
}
