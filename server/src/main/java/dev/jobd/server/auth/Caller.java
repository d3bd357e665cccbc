package dev.jobd.server.auth;

import dev.jobd.api.Errors;
import dev.jobd.worker.model.Owner;
import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as their certificate says.
 *
 * @param user the name that owns jobs
 * @param role the name of a role; it need not be one that exists
 */
public record Caller(String user, String role) {
  private static final Context.Key<Caller> KEY = Context.key("jobd.caller");

  /** The caller of the RPC that this thread works for; fails UNAUTHENTICATED outside one. */
  public static Caller current() {
    @Nullable Caller caller = KEY.get();
    if (caller == null) {
      throw Errors.unauthenticated("the call has no authenticated caller");
    }
    return caller;
  }

  /** {@code context} with this as its caller. */
  public Context in(Context context) {
    return context.withValue(KEY, this);
  }

  /** This caller as the owner of jobs. */
  public Owner owner() {
    return new Owner(user);
  }
}
