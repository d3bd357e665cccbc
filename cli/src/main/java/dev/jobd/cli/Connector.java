package dev.jobd.cli;

/** Makes the way to a server. */
@FunctionalInterface
interface Connector {

  /**
   * Connects lazily: whether the server answers shows with the first call.
   *
   * @throws CommandFailure the credentials are no good
   */
  Connection connect(ServerAddress server, CredentialFiles credentials) throws CommandFailure;
}
