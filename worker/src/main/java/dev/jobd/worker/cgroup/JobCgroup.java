package dev.jobd.worker.cgroup;

import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The control group of one job: one directory on v2, one in each hierarchy on v1. */
public interface JobCgroup {
  /**
   * The directory in the cgroup2 tree, to be born in and killed through; {@code null} where none is
   * mounted.
   */
  @Nullable Path unified();

  /**
   * The {@code tasks} files of the v1 hierarchies, to be joined by a write before anything else;
   * empty on v2.
   */
  List<Path> tasksFiles();

  /**
   * The file whose line {@code oom_kill N} counts the kernel's out-of-memory kills in this group.
   */
  Path oomEvents();

  /**
   * The v1 file through which the kernel gives notice of the group's want of memory; {@code null}
   * on v2, where it kills the group as a whole itself.
   */
  @Nullable Path oomNotice();

  /** The directory in which reading and writing is bounded; {@code null} where it cannot be. */
  @Nullable Path io();

  /** Whether any of its directories is: from its creation until its removal. */
  boolean isThere();

  /**
   * What the processes of the group use now and have used, for as long as the group is there; parts
   * that this kernel does not count, or all of it where the group is gone, are unknown.
   *
   * @throws IOException naming the file, where one cannot be read that is there
   */
  Usage usage() throws IOException;

  /** As {@link #usage}, without what is of the moment: for a group whose processes have ended. */
  Usage total() throws IOException;

  /**
   * Takes the running group from one set of limits to another, each read back. Where that fails,
   * some may be changed, until {@link #restore}. Takes as long as the kernel takes memory back,
   * which it gives up where the thread is interrupted.
   *
   * @param from what it has now, or may have
   * @throws dev.jobd.worker.model.LimitRefusedException where the job uses more than a limit would
   *     allow, or the kernel does not take one
   * @throws IOException naming the file and the cause where it cannot be told what is in force
   */
  void change(Limits from, Limits to) throws IOException;

  /**
   * After a {@link #change} from {@code before} to {@code tried} that was not to be: puts back
   * {@code before}, each read back.
   *
   * @throws IOException where that is not so of all; which not, and why, is suppressed in it
   */
  void restore(Limits tried, Limits before) throws IOException;

  /** Lifts the bounds that processes may be waiting by for their turn on a disk. */
  void lift() throws IOException;

  /**
   * Kills every process in the group and in groups below it, keeps them from making more, lifts
   * bounds that they may be waiting by, and waits until they are gone. Does nothing where the group
   * is gone.
   *
   * @throws IOException where a process is still there after {@link Emptiness#PATIENCE}
   */
  void kill() throws IOException;

  /**
   * Removes the group with the groups that the job made in it. Does nothing where it is gone.
   *
   * @throws IOException where a process is left in it; what holds the process is not touched
   */
  void remove() throws IOException;
}
