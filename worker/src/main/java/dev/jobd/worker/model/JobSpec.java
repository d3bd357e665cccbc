package dev.jobd.worker.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What to run and how.
 *
 * @param argv the command and its arguments; the command is looked up in the job's PATH unless it
 *     holds a slash
 * @param env added to the job's minimal environment; the server's own is never passed on
 * @param workingDirectory an absolute path
 * @param name unique among the owner's live jobs, or {@code null}
 * @param labels keys as names; values that a table can show on a line
 * @param limits {@code null} parts take the worker's defaults
 * @param mergeOutput whether stdout and stderr are one pipe, whose bytes are in the very order in
 *     which they were written and count as stdout
 * @param openStdin whether stdin is a pipe for input that is sent while the job runs; otherwise it
 *     is empty
 * @param waitForTree whether the job ends with its last process, rather than with its command,
 *     whose end otherwise is that of whatever it left running; the command's own end is the verdict
 */
public record JobSpec(
    List<String> argv,
    Map<String, String> env,
    String workingDirectory,
    @Nullable String name,
    Map<String, String> labels,
    Limits limits,
    boolean mergeOutput,
    boolean openStdin,
    boolean waitForTree) {

  /** The kernel's MAX_ARG_STRLEN, 32 pages, less the terminating NUL: execve(2). */
  public static final int MAX_ARGUMENT_BYTES = 131_071;

  /**
   * Arguments and environment together. The kernel allows a quarter of the stack's limit (2 MiB by
   * default) and answers E2BIG above; this bound keeps one request within a message and that limit.
   */
  public static final int MAX_TOTAL_BYTES = 1 << 20;

  public static final int MAX_STRINGS = 8192;
  public static final int MAX_PATH_BYTES = 4095;
  public static final int MAX_LABELS = 32;
  public static final int MAX_LABEL_VALUE_BYTES = 256;

  /** What a text takes of memory beside its characters, with its place in a list or a map. */
  private static final int TEXT_BYTES = 80;

  /** Of a variable's name where an error names its field: the error must fit in a header. */
  private static final int MAX_NAMED_KEY_BYTES = 64;

  public JobSpec {
    argv = List.copyOf(argv);
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    checkArguments(argv);
    checkEnvironment(env);
    checkTotal(argv, env);
    checkWorkingDirectory(workingDirectory);
    if (name != null) {
      Text.requireName("name", name);
    }
    checkLabels(labels);
  }

  /** A command with everything else at its default. */
  public static JobSpec of(String... argv) {
    return builder(List.of(argv)).build();
  }

  public static Builder builder(List<String> argv) {
    return new Builder(argv);
  }

  public JobSpec withLimits(Limits newLimits) {
    return new JobSpec(
        argv, env, workingDirectory, name, labels, newLimits, mergeOutput, openStdin, waitForTree);
  }

  /** What the texts of this take of a JVM's memory, at most, in bytes; limits are small beside. */
  public long memoryBytes() {
    Stream<String> texts =
        Stream.of(
                argv.stream(),
                Stream.of(env, labels)
                    .flatMap(map -> Stream.concat(map.keySet().stream(), map.values().stream())),
                Stream.of(workingDirectory),
                Stream.ofNullable(name))
            .flatMap(each -> each);
    return texts.mapToLong(text -> TEXT_BYTES + (long) Character.BYTES * text.length()).sum();
  }

  /** Whether {@code text} can be the name of a job. */
  public static boolean isName(String text) {
    return Text.isName(text);
  }

  private static void checkArguments(List<String> argv) {
    if (argv.isEmpty()) {
      throw new InvalidSpecException("argv", "must hold a command");
    }
    Text.requirePresent("argv[0]", argv.getFirst());
    for (int i = 0; i < argv.size(); i++) {
      Text.requireForKernel("argv[" + i + "]", argv.get(i), MAX_ARGUMENT_BYTES);
    }
  }

  private static void checkEnvironment(Map<String, String> env) {
    env.forEach(
        (key, value) -> {
          if (key.isEmpty() || key.indexOf('=') >= 0) {
            throw new InvalidSpecException("env", "a name must not be empty or hold '='");
          }
          Text.requireForKernel("env", key, MAX_ARGUMENT_BYTES);
          String field = "env[" + Text.cut(key, MAX_NAMED_KEY_BYTES) + "]";
          Text.requireForKernel(field, key + "=" + value, MAX_ARGUMENT_BYTES);
        });
  }

  private static void checkTotal(List<String> argv, Map<String, String> env) {
    if (argv.size() + env.size() > MAX_STRINGS) {
      throw new InvalidSpecException(
          "argv", "arguments and environment together must be at most " + MAX_STRINGS + " strings");
    }
    long total = 0;
    for (String argument : argv) {
      total += Text.utf8Length(argument) + 1;
    }
    for (Map.Entry<String, String> entry : env.entrySet()) {
      total += Text.utf8Length(entry.getKey()) + Text.utf8Length(entry.getValue()) + 2;
    }
    if (total > MAX_TOTAL_BYTES) {
      throw new InvalidSpecException(
          "argv",
          "arguments and environment together must be at most "
              + MAX_TOTAL_BYTES
              + " bytes, were "
              + total);
    }
  }

  private static void checkWorkingDirectory(String path) {
    if (!path.startsWith("/")) {
      throw new InvalidSpecException("working_directory", "must be an absolute path");
    }
    Text.requireForKernel("working_directory", path, MAX_PATH_BYTES);
  }

  /** For labels that a job has, and for those that jobs are asked for by. */
  static void checkLabels(Map<String, String> labels) {
    if (labels.size() > MAX_LABELS) {
      throw new InvalidSpecException(
          "labels", "must be at most " + MAX_LABELS + ", were " + labels.size());
    }
    labels.forEach(
        (key, value) -> {
          Text.requireName("labels", key);
          Text.requireForLine("labels[" + key + "]", value, MAX_LABEL_VALUE_BYTES);
        });
  }

  /** Collects a specification; {@link #build} validates it. */
  public static final class Builder {
    private final List<String> argv;
    private final Map<String, String> env = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private String workingDirectory = "/";
    private @Nullable String name;
    private Limits limits = Limits.NONE;
    private boolean mergeOutput;
    private boolean openStdin;
    private boolean waitForTree;

    private Builder(List<String> argv) {
      this.argv = argv;
    }

    public Builder env(Map<String, String> values) {
      env.putAll(values);
      return this;
    }

    public Builder workingDirectory(String path) {
      workingDirectory = path;
      return this;
    }

    public Builder name(@Nullable String value) {
      name = value;
      return this;
    }

    public Builder labels(Map<String, String> values) {
      labels.putAll(values);
      return this;
    }

    public Builder limits(Limits value) {
      limits = value;
      return this;
    }

    public Builder mergeOutput(boolean value) {
      mergeOutput = value;
      return this;
    }

    public Builder openStdin(boolean value) {
      openStdin = value;
      return this;
    }

    public Builder waitForTree(boolean value) {
      waitForTree = value;
      return this;
    }

    public JobSpec build() {
      return new JobSpec(
          argv, env, workingDirectory, name, labels, limits, mergeOutput, openStdin, waitForTree);
    }
  }
}
