package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobId;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LimitChangesTest {
  private static final Owner ALICE = new Owner("alice");
  private static final Owner BOB = new Owner("bob");
  private static final Owner CAROL = new Owner("carol");
  private static final JobId JOB = JobId.random();
  private static final LimitChange MADE =
      new LimitChange(Limits.NONE, Limits.builder().pids(3L).build());

  /** So long that a slow machine begins, and calls off, what is to end within it. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final HeardLogger logger = new HeardLogger();

  private final LimitChanges changes = new LimitChanges(PATIENCE, logger);

  private final CountDownLatch kernel = new CountDownLatch(1);

  @AfterEach
  void letAllEnd() {
    kernel.countDown();
  }

  /** As a write that ends when its thread is interrupted. */
  private void waitInterruptibly() throws InterruptedIOException {
    try {
      kernel.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("given up");
    }
  }

  /** As a write that ends when it ends. */
  private void waitStubbornly() {
    boolean waits = true;
    while (waits) {
      try {
        kernel.await();
        waits = false;
      } catch (InterruptedException e) {
        // and goes on
      }
    }
  }

  /** What a change does about a write that was called off. */
  private interface Aftermath {
    void follow(LimitSteps steps, IOException failure) throws IOException;
  }

  /** A write that is called off, as it waits for the kernel interruptibly; then the aftermath. */
  private LimitChanges.Change calledOff(Aftermath aftermath) {
    return steps -> {
      try {
        steps.write().run(this::waitInterruptibly);
        return MADE;
      } catch (IOException e) {
        aftermath.follow(steps, e);
        throw e;
      }
    };
  }

  private LimitChange stubborn(LimitSteps steps) throws IOException {
    steps.begin(MADE);
    steps.write().run(this::waitStubbornly);
    return MADE;
  }

  @Test
  void aChangeIsMadeOnAThreadOfThePlatform() throws Exception {
    try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<LimitChange> change =
          calls.submit(
              () ->
                  changes.run(
                      JOB,
                      ALICE,
                      _ -> {
                        assertThat(Thread.currentThread().isVirtual()).isFalse();
                        return MADE;
                      }));
      assertThat(change.get(30, TimeUnit.SECONDS)).isEqualTo(MADE);
    }
  }

  @Test
  void oneThatTakesLongIsCalledOffAndCanBeUndoneUninterrupted() {
    LimitChanges.Change change =
        calledOff(
            (steps, failure) -> {
              assertThat(Thread.currentThread().isInterrupted()).isFalse();
              assertThat(steps.write().isRevoked()).isTrue();
              throw new IOException("undone", failure);
            });
    assertThatThrownBy(() -> changes.run(JOB, ALICE, change))
        .isInstanceOf(IOException.class)
        .hasMessage("undone");
    assertThat(logger.heard).isEmpty();
  }

  @Test
  void oneThatCannotBeCalledOffIsToldToBeUnderWayAndItsEndIsLogged() throws Exception {
    assertThatThrownBy(() -> changes.run(JOB, ALICE, this::stubborn))
        .isInstanceOfSatisfying(
            LimitsUnsettledException.class,
            e -> {
              assertThat(e.job()).isEqualTo(JOB);
              assertThat(e.change()).contains(MADE);
            })
        .hasMessageStartingWith("the limits of job " + JOB + " are being changed, ");
    kernel.countDown();

    assertThat(logger.awaitFirst(30))
        .isEqualTo("WARNING the limits of job " + JOB + " are " + MADE.to() + " at last");
  }

  @Test
  void theEndOfOneWhoseCallerIsInterruptedIsLogged() throws Exception {
    Thread caller = Thread.currentThread();
    LimitChanges.Change change =
        steps -> {
          steps
              .write()
              .run(
                  () -> {
                    caller.interrupt(); // not before: one that has not begun is not made
                    waitStubbornly();
                  });
          return MADE;
        };

    assertThatThrownBy(() -> changes.run(JOB, ALICE, change))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    kernel.countDown();

    assertThat(logger.awaitFirst(30)).endsWith("are " + MADE.to() + " at last");
  }

  @Test
  void oneThatIsOverdueKeepsItsOwnerAloneFromOthers() throws Exception {
    assertThatThrownBy(() -> changes.run(JOB, ALICE, this::stubborn))
        .isInstanceOf(LimitsUnsettledException.class);

    assertThatThrownBy(() -> changes.run(JOB, ALICE, _ -> MADE))
        .isInstanceOfSatisfying(
            TooManyChangesException.class,
            e -> {
              assertThat(e.owner()).isEqualTo(ALICE);
              assertThat(e.bound()).isEqualTo(1);
            });
    assertThat(changes.run(JOB, BOB, _ -> MADE)).isEqualTo(MADE);
    assertThatThrownBy(() -> changes.run(JOB, BOB, this::stubborn))
        .isInstanceOf(LimitsUnsettledException.class);
    assertThatThrownBy(() -> changes.run(JOB, CAROL, _ -> MADE))
        .isInstanceOfSatisfying(
            TooManyChangesException.class,
            e -> {
              assertThat(e.owner()).isNull();
              assertThat(e.bound()).isEqualTo(LimitChanges.THREADS);
            });
  }

  @Test
  void whatIsCalledOffBeforeItWritesWritesNothing() {
    Revocable writing = new Revocable();
    writing.revoke();

    assertThatThrownBy(() -> writing.run(() -> assertThat(true).isFalse()))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  /** As the kernel may not let go of a write before all that it has to look through. */
  @Test
  void whoAbandonsAChangeWaitsUntilTheKernelHasLetGoOfIt() throws Exception {
    LimitSteps steps = new LimitSteps(PATIENCE);
    CountDownLatch begun = new CountDownLatch(1);
    Thread change =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    steps
                        .write()
                        .run(
                            () -> {
                              begun.countDown();
                              waitStubbornly();
                            });
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    begun.await();
    Thread end = Thread.ofVirtual().start(steps::abandon);

    assertThat(end.join(Duration.ofMillis(200))).isFalse();
    kernel.countDown();
    end.join();
    change.join();
    assertThatThrownBy(() -> steps.undo().run(() -> assertThat(true).isFalse()))
        .isInstanceOf(InterruptedIOException.class);
  }

  @Test
  void anUndoingThatTakesLongIsCalledOffToo() throws Exception {
    CountDownLatch undone = new CountDownLatch(1);
    LimitChanges.Change change =
        calledOff(
            (steps, _) -> {
              try {
                steps.undo().run(this::waitInterruptibly);
              } finally {
                undone.countDown();
              }
            });
    assertThatThrownBy(() -> changes.run(JOB, ALICE, change))
        .isInstanceOf(LimitsUnsettledException.class);
    undone.await();
  }
}
