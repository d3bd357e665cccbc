package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The processes of one job, as the host sees them: told by a variable in their environment, which
 * no fork, session or reparenting takes from them.
 */
record JobProcesses(String mark) {

  static JobProcesses marked() {
    return new JobProcesses("JOBD_E2E_MARK=" + UUID.randomUUID());
  }

  /** Their ids now. */
  List<Long> alive() {
    return ProcessHandle.allProcesses().map(ProcessHandle::pid).filter(this::carriesMark).toList();
  }

  private boolean carriesMark(long pid) {
    try {
      Path environ = Path.of("/proc", Long.toString(pid), "environ");
      return new String(Files.readAllBytes(environ), ISO_8859_1).contains(mark);
    } catch (IOException e) {
      return false; // Ended while we looked.
    }
  }
}
