package dev.jobd.worker;

import dev.jobd.worker.model.JobId;

/** A job's name that another live job of the same owner has. Nothing was started or recorded. */
public final class NameInUseException extends RuntimeException {
  private final String name;
  private final JobId holder;

  public NameInUseException(String name, JobId holder) {
    super("name " + name + " is in use by live job " + holder);
    this.name = name;
    this.holder = holder;
  }

  public String name() {
    return name;
  }

  public JobId holder() {
    return holder;
  }
}
