package dev.jobd.worker.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class JournalGrowthTest {
  private final List<Long> watched = new ArrayList<>();
  private final List<String> woken = new ArrayList<>();
  private final JournalGrowth growth = new JournalGrowth();

  private Runnable await(long seen, String who) {
    return growth.await(seen, () -> woken.add(who));
  }

  @Test
  void nobodyIsAskedToWatchAJournalThatNobodyReads() {
    growth.watchThrough(watched::add);
    growth.grew(10);
    assertThat(watched).isEmpty();
  }

  @Test
  void growthWakesExactlyThoseWhoWaitForIt() {
    growth.watchThrough(watched::add);
    await(10, "at 10");
    await(20, "at 20");
    growth.grew(15);
    assertThat(woken).containsExactly("at 10");
    growth.grew(30);
    assertThat(woken).containsExactly("at 10", "at 20");
    assertThat(watched).containsExactly(10L, 20L);
  }

  @Test
  void oneWatchServesAllWhoWaitForTheSame() {
    growth.watchThrough(watched::add);
    for (int i = 0; i < 1000; i++) {
      await(10, "reader");
    }
    assertThat(watched).containsExactly(10L);
    growth.grew(11);
    assertThat(woken).hasSize(1000);
  }

  @Test
  void aReaderThatIsBehindIsWokenAtOnce() {
    growth.grew(10);
    await(9, "behind");
    assertThat(woken).containsExactly("behind");
  }

  @Test
  void whoWaitsBeforeThereIsAnybodyToWatchIsWatchedForLater() {
    await(0, "early");
    growth.watchThrough(watched::add);
    assertThat(watched).containsExactly(0L);
    growth.watchThrough(watched::add); // a new connection knows nothing of the old one's
    assertThat(watched).containsExactly(0L, 0L);
  }

  @Test
  void theEndWakesEverybodyNowAndLater() {
    await(10, "waiting");
    growth.finish();
    await(10, "late");
    assertThat(woken).containsExactly("waiting", "late");
    assertThat(growth.isComplete()).isTrue();
  }

  @Test
  void aCancelledWaitIsNeverWoken() {
    Runnable cancel = await(10, "cancelled");
    await(10, "other");
    cancel.run();
    growth.grew(11);
    assertThat(woken).containsExactly("other");
  }

  @Test
  void aWakeUpThatThrowsCostsNobodyElseTheirs() {
    growth.watchThrough(watched::add);
    growth.await(10, JournalGrowthTest::reject);
    await(10, "after the first");
    growth.await(20, JournalGrowthTest::reject);
    await(20, "after the second");
    growth.grew(11);
    assertThat(woken).containsExactly("after the first");
    assertThat(watched).containsExactly(10L, 20L);
    growth.finish();
    assertThat(woken).containsExactly("after the first", "after the second");
  }

  @Test
  void aWatchThatCouldNotBeAskedForIsAskedForAgain() {
    growth.watchThrough(
        end -> {
          watched.add(end);
          if (watched.size() == 1) {
            throw new UncheckedIOException(new IOException("the shim takes no more messages"));
          }
        });
    await(10, "unwatched");
    await(10, "next");
    await(10, "watched");
    assertThat(watched).containsExactly(10L, 10L);
    growth.grew(11);
    assertThat(woken).containsExactly("unwatched", "next", "watched");
  }

  private static void reject() {
    throw new RejectedExecutionException("shut down");
  }
}
