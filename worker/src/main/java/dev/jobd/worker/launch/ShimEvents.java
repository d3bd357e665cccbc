package dev.jobd.worker.launch;

import java.time.Instant;

/**
 * What a shim tells. Called by the one thread that serves all shims, in order and never at the same
 * time; must not block.
 */
public interface ShimEvents {
  /** The command was executed. */
  void started(int pid, Instant at);

  /**
   * The shim speaks a version of the control protocol that is not known here. Nothing but {@link
   * #closed} follows, when it leaves; it takes no messages.
   */
  void notUnderstood(int version);

  /** The journal has become as long as was watched for. */
  void grew(long journalEnd);

  /** Of a job whose stdin is open: what became of what was sent there. */
  void input(InputNews news);

  /**
   * The last event: the shim has said that the job has ended, or is gone, or this side has let go
   * of it.
   *
   * @param told whether it said so: then the exit record is durable
   * @param pid the shim's process id where it is a child of this process, to be {@link Shims#reap
   *     reaped}; {@link Shims#NO_CHILD} where it is not
   */
  void closed(boolean told, int pid);
}
