package dev.jobd.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.cgroup.DiskSearch;
import dev.jobd.worker.cgroup.UnansweredException;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.Owner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DiskSearchesTest {
  private static final Owner ALICE = new Owner("alice");
  private static final Owner BOB = new Owner("bob");
  private static final Owner CAROL = new Owner("carol");

  /** So long that a slow machine has found by then what is to be found. */
  private final DiskSearches impatient = new DiskSearches(Duration.ofSeconds(1));

  private final DiskSearches patient = new DiskSearches(Duration.ofSeconds(50));
  private final CountDownLatch answer = new CountDownLatch(1);

  @AfterEach
  void letAllEnd() {
    answer.countDown();
  }

  private String late() {
    try {
      answer.await();
      return "sdb";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void assertUnanswered(DiskSearch search, String path, String message) {
    assertThatThrownBy(() -> search.disk(path, this::late))
        .isInstanceOf(UnansweredException.class)
        .hasMessage(message);
  }

  @Test
  void aSearchGivesWhatItFindsOrWhyNot() throws Exception {
    DiskSearch search = impatient.of(ALICE);
    assertThat(search.disk("/a", () -> "sda")).isEqualTo("sda");
    IOException unreadable = new IOException("unreadable");
    assertThatThrownBy(
            () ->
                search.disk(
                    "/a",
                    () -> {
                      throw unreadable;
                    }))
        .isSameAs(unreadable);
    InvalidSpecException none = new InvalidSpecException("device", "is none");
    assertThatThrownBy(
            () ->
                search.disk(
                    "/a",
                    () -> {
                      throw none;
                    }))
        .isSameAs(none);
  }

  @Test
  void neverRunsOnTheThreadThatAsks() throws Exception {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                String virtual =
                    patient.of(ALICE).disk("/a", () -> Thread.currentThread().isVirtual() + "");
                assertThat(virtual).isEqualTo("false");
                answer.countDown();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    answer.await();
  }

  @Test
  void oneThatIsNotAnsweredKeepsItsOwnerAloneFromOthersAndNotForEver() throws Exception {
    assertUnanswered(impatient.of(ALICE), "/hangs", "/hangs does not answer");
    assertUnanswered(
        impatient.of(ALICE),
        "/other",
        "/other cannot be looked at before searches for other disks are answered");
    assertThat(impatient.of(BOB).disk("/a", () -> "sda")).isEqualTo("sda");

    answer.countDown();
    String found = "";
    while (found.isEmpty()) { // until the one that hung has gone
      try {
        found = impatient.of(ALICE).disk("/other", () -> "sda");
      } catch (UnansweredException e) {
        Thread.onSpinWait();
      }
    }
    assertThat(found).isEqualTo("sda");
  }

  @Test
  void asManyAsThereAreThreadsAreWaitedForAndTheNextOnesAreRefused() {
    assertUnanswered(impatient.of(ALICE), "/hangs", "/hangs does not answer");
    assertUnanswered(impatient.of(BOB), "/hangs too", "/hangs too does not answer");
    assertUnanswered(
        impatient.of(CAROL),
        "/a",
        "/a cannot be looked at before searches for other disks are answered");
  }

  @Test
  void whatIsAskedAtOneTimeHasAnswersInTurn() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Future<String>> answers = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        DiskSearch search = patient.of(List.of(ALICE, BOB, CAROL).get(i % 3));
        answers.add(
            callers.submit(
                () ->
                    search.disk(
                        "/a",
                        () -> {
                          most.accumulateAndGet(now.incrementAndGet(), Math::max);
                          now.decrementAndGet();
                          return "sda";
                        })));
      }
      for (Future<String> each : answers) {
        assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo("sda");
      }
    }
    assertThat(most).hasValueLessThanOrEqualTo(DiskSearches.THREADS);
  }
}
