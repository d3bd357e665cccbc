package dev.jobd.cli;

import dev.jobd.api.KeyFile;
import dev.jobd.api.Reasons;
import dev.jobd.cli.render.Console;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of jobctl: what was asked for, and the way to the server. For one thread. */
final class Invocation implements AutoCloseable {
  private final Arguments arguments;
  private final Environment environment;
  private final Console console;
  private final Connector connector;
  private @Nullable Connection connection;

  /** Who is told of the way to the server. */
  private volatile People people;

  Invocation(Arguments arguments, Environment environment, Console console, Connector connector) {
    this.arguments = arguments;
    this.environment = environment;
    this.console = console;
    this.connector = connector;
    this.people = console::say;
  }

  Arguments arguments() {
    return arguments;
  }

  Console console() {
    return console;
  }

  InputStream stdin() {
    return environment.stdin();
  }

  /** The format asked for; {@code null} leaves it to the command. */
  @Nullable OutputFormat format() throws CommandFailure {
    String format = arguments.value("--output");
    return format == null ? null : OutputFormat.parse(format);
  }

  /** Whether what goes to standard output may be coloured. */
  boolean colours() {
    return console.isTerminal()
        && environment.get("NO_COLOR").isEmpty()
        && environment.get("TERM").filter(terminal -> !terminal.equals("dumb")).isPresent();
  }

  ServerAddress server() throws CommandFailure {
    String option = arguments.value("--server");
    String server = option != null ? option : environment.get("JOBCTL_SERVER").orElse(null);
    return server == null ? ServerAddress.DEFAULT : ServerAddress.parse(server);
  }

  /** The way to the server, made when it is first asked for. */
  Connection connection() throws CommandFailure, IOException {
    if (connection == null) {
      ServerAddress server = server();
      Patience patience = Patience.of(arguments, environment);
      CredentialFiles credentials = CredentialFiles.find(arguments, environment, directory());
      warnOfOpenKey(credentials);
      connection =
          new Connection(
              server,
              credentials,
              connector.connect(server, credentials),
              patience,
              words -> people.tell(words));
    }
    return connection;
  }

  /** For a person to mend: a script goes on as it did, and what it writes stays what it is. */
  private void warnOfOpenKey(CredentialFiles credentials) throws IOException {
    Optional<String> problem = KeyFile.openOfMine(credentials.key());
    if (console.isTerminal() && problem.isPresent()) {
      console.say("warning: " + problem.get());
    }
  }

  /** Has others than the console's readers be told from now on what happens to the connection. */
  void tell(People others) {
    people = others;
  }

  ConfigDirectory directory() {
    return ConfigDirectory.of(environment);
  }

  /** Notes {@code id} for {@code @last}. That it could not be noted does not undo the start. */
  void rememberLastJob(String id) throws IOException {
    try {
      directory().rememberLastJob(id);
    } catch (IOException e) {
      console.say("cannot note the job for @last: " + Reasons.of(e));
    }
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
  }
}
