package dev.jobd.cli;

import java.util.List;

/** All of jobctl's commands, in the order of the help. */
record Commands(List<Command> all) {

  static Commands ofJobctl() {
    return new Commands(
        List.of(
            new StartCommand(),
            new RunCommand(),
            new StatusCommand(),
            new LogsCommand(),
            new WaitCommand(),
            new StopCommand(),
            new ListCommand(),
            new WhoAmICommand(),
            new CompletionCommand(),
            new VersionCommand(),
            new HelpCommand()));
  }

  /**
   * The command of that name or alias.
   *
   * @throws CommandFailure a usage error
   */
  Command named(String name) throws CommandFailure {
    for (Command command : all) {
      if (command.syntax().names().contains(name)) {
        return command;
      }
    }
    throw CommandFailure.usage("no command '" + name + "'; jobctl --help lists them");
  }
}
