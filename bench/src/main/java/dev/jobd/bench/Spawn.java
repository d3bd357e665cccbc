package dev.jobd.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * posix_spawn(3) with a pipe for stdout, called as directly as the worker calls it: the JDK's own
 * ProcessBuilder adds a helper process and most of a millisecond, which would be held against
 * others.
 */
final class Spawn {
  private static final int O_CLOEXEC = 02000000;
  private static final int O_WRONLY = 1;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int CHUNK_BYTES = 4096;

  /** posix_spawn_file_actions_t has 80 bytes in glibc; room for a larger one. */
  private static final int FILE_ACTIONS_BYTES = 256;

  private static final Linker LINKER = Linker.nativeLinker();

  // int pipe2(int pipefd[2], int flags);
  private static final MethodHandle PIPE2 =
      function("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions);
  private static final MethodHandle ACTIONS_INIT =
      function("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to);
  private static final MethodHandle ACTIONS_DUP2 =
      function(
          "posix_spawn_file_actions_adddup2",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  // int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd,
  //     const char *path, int oflag, mode_t mode);
  private static final MethodHandle ACTIONS_OPEN =
      function(
          "posix_spawn_file_actions_addopen",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions);
  private static final MethodHandle ACTIONS_DESTROY =
      function("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
  //     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);
  private static final MethodHandle POSIX_SPAWN =
      function(
          "posix_spawn",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  // ssize_t read(int fd, void *buf, size_t count);
  private static final MethodHandle READ =
      function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  // int close(int fd);
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  // pid_t waitpid(pid_t pid, int *wstatus, int options);
  private static final MethodHandle WAITPID =
      function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

  private Spawn() {}

  private static MethodHandle function(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
  }

  /**
   * Runs a program to its end.
   *
   * @param argv the first is the program's absolute path
   * @throws CommandFailedException where it does not exit 0
   */
  static Timing run(List<String> argv) throws CommandFailedException {
    try (Arena arena = Arena.ofConfined()) {
      long start = System.nanoTime();
      MemorySegment pipe = arena.allocate(JAVA_INT, 2);
      check("pipe2", (int) PIPE2.invokeExact(pipe, O_CLOEXEC));
      int in = pipe.getAtIndex(JAVA_INT, 0);
      int out = pipe.getAtIndex(JAVA_INT, 1);
      int pid = spawn(arena, argv, out);
      check("close", (int) CLOSE.invokeExact(out));

      MemorySegment chunk = arena.allocate(CHUNK_BYTES);
      long n = (long) READ.invokeExact(in, chunk, (long) CHUNK_BYTES);
      long firstByte = n > 0 ? System.nanoTime() - start : 0;
      while (n > 0) {
        n = (long) READ.invokeExact(in, chunk, (long) CHUNK_BYTES);
      }
      MemorySegment status = arena.allocate(JAVA_INT);
      int waited = (int) WAITPID.invokeExact(pid, status, 0);
      long exit = System.nanoTime() - start;
      check("close", (int) CLOSE.invokeExact(in));
      if (waited != pid || status.get(JAVA_INT, 0) != 0) {
        throw new CommandFailedException(
            "%s: wait status %#x".formatted(String.join(" ", argv), status.get(JAVA_INT, 0)));
      }
      return new Timing(firstByte, exit);
    } catch (CommandFailedException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static int spawn(Arena arena, List<String> argv, int stdout) throws Throwable {
    MemorySegment actions = arena.allocate(FILE_ACTIONS_BYTES, Long.BYTES);
    MemorySegment pid = arena.allocate(JAVA_INT);
    check("file_actions_init", (int) ACTIONS_INIT.invokeExact(actions));
    check("file_actions_adddup2", (int) ACTIONS_DUP2.invokeExact(actions, stdout, STDOUT));
    MemorySegment nowhere = arena.allocateFrom("/dev/null");
    check(
        "file_actions_addopen",
        (int) ACTIONS_OPEN.invokeExact(actions, STDERR, nowhere, O_WRONLY, 0));
    MemorySegment path = arena.allocateFrom(argv.getFirst());
    MemorySegment environment = strings(arena, List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
    check(
        "posix_spawn " + argv.getFirst(),
        (int)
            POSIX_SPAWN.invokeExact(
                pid, path, actions, MemorySegment.NULL, strings(arena, argv), environment));
    check("file_actions_destroy", (int) ACTIONS_DESTROY.invokeExact(actions));
    return pid.get(JAVA_INT, 0);
  }

  private static MemorySegment strings(Arena arena, List<String> strings) {
    MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
    }
    return array;
  }

  private static void check(String call, int result) {
    if (result != 0) {
      throw new AssertionError(call + " answered " + result);
    }
  }
}
