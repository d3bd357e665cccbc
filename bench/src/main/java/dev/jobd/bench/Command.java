package dev.jobd.bench;

import java.util.List;

/** What contestants run: the least that a process can do, and the least that it can say. */
enum Command {
  TRUE,
  ECHO;

  List<String> argv() {
    return switch (this) {
      case TRUE -> List.of("/bin/true");
      case ECHO -> List.of("/bin/echo", "x");
    };
  }
}
