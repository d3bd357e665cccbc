package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.InvalidSpecException;

/** A path is surely on no disk, so that there is nothing to bound. */
final class NoDiskException extends InvalidSpecException {
  NoDiskException(String problem) {
    super("device", problem);
  }
}
