package dev.jobd.worker.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The few functions of libc that the JDK has no way to. Constants are those of Linux on every
 * 64-bit architecture; each handle has its C prototype above it. Descriptors made here are
 * close-on-exec.
 */
public final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 02000000;
  private static final int O_CLOEXEC = 02000000;
  private static final int WNOHANG = 1;
  private static final int SIGKILL = 9;
  private static final int SEEK_END = 2;
  private static final int WAIT = 0;
  private static final int RWF_NOWAIT = 8;
  private static final int EINTR = 4;
  private static final int ECHILD = 10;
  private static final int EAGAIN = 11;
  private static final int EOPNOTSUPP = 95;

  /** O_PATH | O_DIRECTORY | O_CLOEXEC. O_DIRECTORY differs on arm64. */
  private static final int OPEN_DIRECTORY =
      010000000 | O_CLOEXEC | (System.getProperty("os.arch").equals("aarch64") ? 040000 : 0200000);

  /** struct sockaddr_un: a family, then a path of at most 107 bytes and a NUL. */
  private static final int SOCKADDR_UN_BYTES = 110;

  /** posix_spawn_file_actions_t has 80 bytes in glibc and in musl; room for a larger one. */
  private static final int FILE_ACTIONS_BYTES = 256;

  // int socket(int domain, int type, int protocol);
  private static final MethodHandle SOCKET =
      withErrno("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
  private static final MethodHandle BIND =
      withErrno("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  // int listen(int sockfd, int backlog);
  private static final MethodHandle LISTEN =
      withErrno("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  // int open(const char *pathname, int flags);
  private static final MethodHandle OPEN =
      withErrno("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  // int close(int fd);
  private static final MethodHandle CLOSE =
      withErrno("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  // int pipe2(int pipefd[2], int flags);
  private static final MethodHandle PIPE2 =
      withErrno("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  // ssize_t write(int fd, const void *buf, size_t count);
  private static final MethodHandle WRITE =
      withErrno("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  // off_t lseek(int fd, off_t offset, int whence);
  private static final MethodHandle LSEEK =
      withErrno("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  // ssize_t preadv2(int fd, const struct iovec *iov, int iovcnt, off_t offset, int flags);
  private static final MethodHandle PREADV2 =
      withErrno(
          "preadv2",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT));
  // pid_t waitpid(pid_t pid, int *wstatus, int options);
  private static final MethodHandle WAITPID =
      withErrno("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  // int kill(pid_t pid, int sig);
  private static final MethodHandle KILL =
      withErrno("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  // char *strerror(int errnum);
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(symbol("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
  // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *file_actions,
  //                 const posix_spawnattr_t *attrp, char *const argv[], char *const envp[]);
  private static final MethodHandle POSIX_SPAWN =
      LINKER.downcallHandle(
          symbol("posix_spawn"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *file_actions);
  private static final MethodHandle FILE_ACTIONS_INIT =
      LINKER.downcallHandle(
          symbol("posix_spawn_file_actions_init"), FunctionDescriptor.of(JAVA_INT, ADDRESS));
  // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *file_actions, int fildes,
  //                                      int newfildes);
  private static final MethodHandle FILE_ACTIONS_ADDDUP2 =
      LINKER.downcallHandle(
          symbol("posix_spawn_file_actions_adddup2"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *file_actions);
  private static final MethodHandle FILE_ACTIONS_DESTROY =
      LINKER.downcallHandle(
          symbol("posix_spawn_file_actions_destroy"), FunctionDescriptor.of(JAVA_INT, ADDRESS));

  private Libc() {}

  /** A descriptor as a child is to have it. */
  public record Inherited(int from, int to) {}

  /** What {@link #readIfCached} answers where it would have to wait for the disk. */
  public static final int NOT_CACHED = -1;

  /** Opens a file to be read. */
  public static int openToRead(String path) throws ErrnoException {
    return open(path, O_CLOEXEC);
  }

  private static int open(String path, int flags) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags);
      return check(fd, "open", path, state);
    } catch (Throwable e) {
      throw asExpected(e);
    }
  }

  /** How many bytes a regular file has; moves its position, which nothing here uses. */
  public static long size(int fd, String subject) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      return check((long) LSEEK.invokeExact(state, fd, 0L, SEEK_END), "lseek", subject, state);
    } catch (Throwable e) {
      throw asExpected(e);
    }
  }

  /**
   * Reads some bytes of a file from {@code position} on, at most 64 KiB in one go; 0 at its end.
   */
  public static int read(int fd, ByteBuffer bytes, long position, String subject)
      throws ErrnoException {
    return read(fd, bytes, position, WAIT, subject);
  }

  /**
   * As {@link #read}, without ever waiting for the disk: preadv2(2), RWF_NOWAIT. Where that is not
   * to be known on a file system, nothing is cached.
   *
   * @return how many bytes, or {@link #NOT_CACHED}
   */
  public static int readIfCached(int fd, ByteBuffer bytes, long position, String subject)
      throws ErrnoException {
    return read(fd, bytes, position, RWF_NOWAIT, subject);
  }

  private static int read(int fd, ByteBuffer bytes, long position, int flags, String subject)
      throws ErrnoException {
    ReadBuffer buffer = ReadBuffer.take();
    try {
      buffer.ask(bytes.remaining());
      MemorySegment state = buffer.state();
      long count;
      do {
        count = (long) PREADV2.invokeExact(state, fd, buffer.vector(), 1, position, flags);
      } while (count < 0 && (int) ERRNO.get(state, 0L) == EINTR);
      if (count < 0 && flags == RWF_NOWAIT && isNotCached((int) ERRNO.get(state, 0L))) {
        return NOT_CACHED; // an answer, and a frequent one, rather than an error
      }
      bytes.put(buffer.bytes().asSlice(0, check(count, "read", subject, state)).asByteBuffer());
      return (int) count;
    } catch (Throwable e) {
      throw asExpected(e);
    } finally {
      buffer.giveBack();
    }
  }

  private static boolean isNotCached(int errno) {
    return errno == EAGAIN || errno == EOPNOTSUPP;
  }

  /** Opens a directory, to be named by {@code /proc/self/fd} where its own path is too long. */
  public static int openDirectory(String path) throws ErrnoException {
    return open(path, OPEN_DIRECTORY);
  }

  /** A Unix stream socket without a name. */
  public static int socket() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int fd = (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      return check(fd, "socket", "AF_UNIX", state);
    } catch (Throwable e) {
      throw asExpected(e);
    }
  }

  /** Binds a Unix socket to {@code path} and listens, for every process that has it. */
  public static void listen(int fd, String path, int backlog) throws ErrnoException {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment address = arena.allocate(SOCKADDR_UN_BYTES);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
      check((int) BIND.invokeExact(state, fd, address, SOCKADDR_UN_BYTES), "bind", path, state);
      check((int) LISTEN.invokeExact(state, fd, backlog), "listen", path, state);
    } catch (Throwable e) {
      throw asExpected(e);
    }
  }

  /** A pipe's two ends. */
  public record Pipe(int read, int write) {}

  public static Pipe pipe() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      check((int) PIPE2.invokeExact(state, ends, O_CLOEXEC), "pipe2", "", state);
      return new Pipe(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
    } catch (Throwable e) {
      throw asExpected(e);
    }
  }

  /** Writes all of {@code bytes}; waits where the other side is slower. */
  public static void write(int fd, byte[] bytes, String subject) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment buffer = arena.allocateFrom(JAVA_BYTE, bytes);
      long done = 0;
      while (done < bytes.length) {
        MemorySegment rest = buffer.asSlice(done);
        long wrote = (long) WRITE.invokeExact(state, fd, rest, rest.byteSize());
        done += check(wrote, "write", subject, state);
      }
    } catch (Throwable e) {
      throw asExpected(e);
    }
  }

  /** Closes a descriptor; Linux frees it whatever close answers: close(2). */
  public static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int ignored = (int) CLOSE.invokeExact(arena.allocate(CALL_STATE), fd);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Spawns a program with an empty environment and returns its process id. The child shares the
   * JVM's memory until it executes the program, so nothing of this size is copied: posix_spawn(3).
   */
  public static int spawn(String program, List<String> argv, List<Inherited> inherited)
      throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(FILE_ACTIONS_BYTES, 16);
      checkSpawn((int) FILE_ACTIONS_INIT.invokeExact(actions), program);
      try {
        for (Inherited fd : inherited) {
          checkSpawn((int) FILE_ACTIONS_ADDDUP2.invokeExact(actions, fd.from(), fd.to()), program);
        }
        MemorySegment pid = arena.allocate(JAVA_INT);
        MemorySegment path = arena.allocateFrom(program);
        MemorySegment args = strings(arena, argv);
        MemorySegment env = strings(arena, List.of());
        checkSpawn(
            (int) POSIX_SPAWN.invokeExact(pid, path, actions, MemorySegment.NULL, args, env),
            program);
        return pid.get(JAVA_INT, 0);
      } finally {
        int ignored = (int) FILE_ACTIONS_DESTROY.invokeExact(actions);
      }
    } catch (Throwable e) {
      throw asExpected(e);
    }
  }

  /**
   * Waits for the end of a child and takes it off the process table.
   *
   * @return its wait status, as in wait(2); 0 for a process that is no child of this one
   */
  public static int reap(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment status = arena.allocate(JAVA_INT);
      while ((int) WAITPID.invokeExact(state, pid, status, 0) < 0) {
        int errno = (int) ERRNO.get(state, 0L);
        if (errno == ECHILD) {
          return 0;
        }
        if (errno != EINTR) {
          throw new AssertionError("waitpid " + pid + ": " + strerror(errno));
        }
      }
      return status.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Takes a child off the process table where it has ended, and tells whether it has. */
  public static boolean reapIfEnded(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      return (int) WAITPID.invokeExact(arena.allocate(CALL_STATE), pid, status, WNOHANG) != 0;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Ends this process as {@code kill -9} does: the signal is delivered before kill(2) returns. */
  public static void killSelf() {
    int self = Math.toIntExact(ProcessHandle.current().pid());
    try (Arena arena = Arena.ofConfined()) {
      int result = (int) KILL.invokeExact(arena.allocate(CALL_STATE), self, SIGKILL);
      throw new AssertionError("kill " + self + " answered " + result);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** An error number in words, for example {@code No such file or directory}. */
  public static String strerror(int errno) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
      return text.reinterpret(Integer.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MemorySegment strings(Arena arena, List<String> values) {
    MemorySegment array = arena.allocate(ADDRESS, values.size() + 1L); // zeroed: ends in NULL
    for (int i = 0; i < values.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(values.get(i)));
    }
    return array;
  }

  private static int check(int result, String operation, String subject, MemorySegment state)
      throws ErrnoException {
    return (int) check((long) result, operation, subject, state);
  }

  private static long check(long result, String operation, String subject, MemorySegment state)
      throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(operation, subject, (int) ERRNO.get(state, 0L));
    }
    return result;
  }

  /** The posix_spawn family answers the error number itself. */
  private static void checkSpawn(int error, String program) throws ErrnoException {
    if (error != 0) {
      throw new ErrnoException("spawn", program, error);
    }
  }

  /** {@code invokeExact} declares Throwable; these calls throw nothing but what is thrown here. */
  private static ErrnoException asExpected(Throwable e) {
    return switch (e) {
      case ErrnoException expected -> expected;
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> throw new AssertionError(e);
    };
  }

  private static MemorySegment symbol(String name) {
    return LIBC.find(name).orElseThrow(() -> new AssertionError("libc has no " + name));
  }

  private static MethodHandle withErrno(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(symbol(name), type, Linker.Option.captureCallState("errno"));
  }
}
