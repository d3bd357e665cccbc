package dev.jobd.server;

import dev.jobd.worker.model.Limits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The options that say how to serve. An option is stronger than the file, the file than the
 * default.
 */
final class ConfigOptions {
  @Option(names = "--config", paramLabel = "FILE", description = "Configuration in YAML.")
  private @Nullable Path file;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      converter = ListenAddressConverter.class,
      description = "Where to listen; port 0 for any free one. Default: 127.0.0.1:24482.")
  private @Nullable ListenAddress listen;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Where jobs are recorded and their output is kept. Default: /var/lib/jobd.")
  private @Nullable Path stateDirectory;

  @Option(
      names = "--pki",
      paramLabel = "DIR",
      description = "Holds server.crt, server.key and ca.crt. Default: /etc/jobd/pki.")
  private @Nullable Path pkiDirectory;

  ServerConfig config() throws ConfigException {
    ServerSettings options =
        new ServerSettings(
            listen,
            stateDirectory,
            pkiDirectory,
            Limits.NONE,
            Limits.NONE,
            null,
            null,
            null,
            ConfigPlaces.NONE);
    return ServerConfig.of(
        options.orElse(file == null ? ServerSettings.NONE : ConfigFile.read(file)));
  }

  private static final class ListenAddressConverter implements ITypeConverter<ListenAddress> {
    @Override
    public ListenAddress convert(String text) {
      try {
        return ListenAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
