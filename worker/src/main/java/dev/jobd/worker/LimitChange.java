package dev.jobd.worker;

import dev.jobd.worker.model.Limits;
import java.util.Objects;

/** What a change of a running job's limits did: those that it had, and those that it has. */
public record LimitChange(Limits from, Limits to) {
  /** Whether it changed any; the job had what was asked for otherwise. */
  public boolean isAny() {
    return !to.equals(from);
  }

  /** Whether it changed bounds on what is used in a time: each begins anew where it is changed. */
  boolean isOfRates() {
    return !Objects.equals(to.cpuMillis(), from.cpuMillis()) || !to.io().equals(from.io());
  }
}
