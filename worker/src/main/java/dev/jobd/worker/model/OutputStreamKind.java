package dev.jobd.worker.model;

/** One of a job's two output streams. */
public enum OutputStreamKind {
  STDOUT,
  STDERR
}
