package dev.jobd.worker;

import java.text.MessageFormat;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps what it is told, for a test to look at. */
final class HeardLogger implements System.Logger {
  /** Level and words of each. */
  final List<String> heard = new CopyOnWriteArrayList<>();

  private final CompletableFuture<String> first = new CompletableFuture<>();

  String awaitFirst(long boundSeconds) throws Exception {
    return first.get(boundSeconds, TimeUnit.SECONDS);
  }

  @Override
  public String getName() {
    return "heard";
  }

  @Override
  public boolean isLoggable(Level level) {
    return level.compareTo(Level.INFO) > 0;
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String message,
      @Nullable Throwable thrown) {
    if (isLoggable(level)) {
      heard.add(level + " " + message + (thrown == null ? "" : ": " + thrown));
      first.complete(heard.getFirst());
    }
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String format,
      @Nullable Object... values) {
    log(level, bundle, MessageFormat.format(String.valueOf(format), values), (Throwable) null);
  }
}
