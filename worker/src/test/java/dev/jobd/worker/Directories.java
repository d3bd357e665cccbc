package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is in a directory, and what goes from it. */
final class Directories {
  private static final int BOUND_SECONDS = 60;

  private Directories() {}

  /** The names of what is in {@code directory}. */
  static Set<String> names(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).collect(Collectors.toSet());
    }
  }

  /** Waits until so much was removed from {@code directory} that what is left {@code suits}. */
  static void awaitRemovals(Path directory, Predicate<Set<String>> suits)
      throws IOException, InterruptedException {
    try (var watcher = directory.getFileSystem().newWatchService()) {
      directory.register(watcher, StandardWatchEventKinds.ENTRY_DELETE);
      while (!suits.test(names(directory))) {
        WatchKey removal = watcher.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        assertThat(removal).as("still in %s: %s", directory, names(directory)).isNotNull();
        removal.pollEvents(); // or it is signalled again at once
        removal.reset();
      }
    }
  }

  /** Waits until {@code directory} has a {@code name}. */
  static void awaitMade(Path directory, String name) throws IOException, InterruptedException {
    try (var watcher = directory.getFileSystem().newWatchService()) {
      directory.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(directory.resolve(name))) {
        WatchKey made = watcher.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        assertThat(made).as("%s in %s", name, directory).isNotNull();
        made.pollEvents();
        made.reset();
      }
    }
  }
}
