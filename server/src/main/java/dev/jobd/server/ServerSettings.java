package dev.jobd.server;

import dev.jobd.worker.Quotas;
import dev.jobd.worker.Retention;
import dev.jobd.worker.model.Limits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What one place says about the server's configuration; {@code null} where it says nothing.
 *
 * @param places where it says so, if it is a file
 */
record ServerSettings(
    @Nullable ListenAddress listen,
    @Nullable Path stateDirectory,
    @Nullable Path pkiDirectory,
    Limits defaultLimits,
    Limits maxLimits,
    @Nullable Quotas quotas,
    @Nullable Retention retention,
    @Nullable Capacity capacity,
    ConfigPlaces places) {

  static final ServerSettings NONE =
      new ServerSettings(
          null, null, null, Limits.NONE, Limits.NONE, null, null, null, ConfigPlaces.NONE);

  /** These settings, with {@code weaker} where these say nothing. */
  ServerSettings orElse(ServerSettings weaker) {
    return new ServerSettings(
        listen != null ? listen : weaker.listen,
        stateDirectory != null ? stateDirectory : weaker.stateDirectory,
        pkiDirectory != null ? pkiDirectory : weaker.pkiDirectory,
        defaultLimits.orElse(weaker.defaultLimits),
        maxLimits.orElse(weaker.maxLimits),
        quotas != null ? quotas : weaker.quotas,
        retention != null ? retention : weaker.retention,
        capacity != null ? capacity : weaker.capacity,
        places.file() != null ? places : weaker.places);
  }
}
