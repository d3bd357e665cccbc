package dev.jobd.cli;

import io.grpc.ManagedChannel;

/** Makes the way to a server. */
@FunctionalInterface
interface Connector {

  /**
   * Connects lazily: whether the server answers shows with the first call.
   *
   * @throws CommandFailure the credentials are no good
   */
  ManagedChannel connect(ServerAddress server, CredentialFiles credentials) throws CommandFailure;
}
