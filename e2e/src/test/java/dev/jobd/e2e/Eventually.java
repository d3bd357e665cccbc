package dev.jobd.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** For facts of the kernel that nobody announces: looks again until they hold or time is out. */
final class Eventually {
  private static final Duration STEP = Duration.ofMillis(20);

  private Eventually() {}

  static void within(Duration bound, ThrowingCallable assertion) throws Exception {
    long end = System.nanoTime() + bound.toNanos();
    while (true) {
      try {
        assertion.call();
        return;
      } catch (AssertionError e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      } catch (Exception e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
  }
}
