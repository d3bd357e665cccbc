package dev.jobd.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.e2e.DigestingFollower.Followed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Followers by the thousand, over few connections; "make large" makes it so many. */
class ManyReadersTest {
  @RegisterExtension
  static final DistServer server = new DistServer("capacity: {output_streams_per_user: 1024}\n");

  private static final boolean LARGE = Boolean.getBoolean("jobd.large");
  private static final int FOLLOWERS = LARGE ? 1000 : 200;
  private static final int JOBS = LARGE ? 1000 : 100;
  private static final int CANCELS = LARGE ? 10_000 : 1000;
  private static final int LINES = 100_000;
  private static final int FOLLOWERS_PER_CONNECTION = 100;

  /** What the heap may grow by when garbage is collected: caches, and no call. */
  private static final long GROWTH_BYTES = 8 << 20;

  @Test
  void everyFollowerOfOneJobGetsEveryByteWhetherItCameBeforeThemOrAfter() throws Exception {
    try (Connections connections = new Connections(server);
        Gate gate = Gate.create(server.directory().resolve("one-job"))) {
      String job =
          start(connections.next(), gate.pass() + "; seq " + LINES + "; printf unfinished");
      List<DigestingFollower> followers = new ArrayList<>();
      for (int i = 0; i < FOLLOWERS; i++) {
        if (i == FOLLOWERS / 2) {
          gate.open(1);
        }
        followers.add(follow(connections.next(), job));
      }
      Followed all = Followed.of((lines(1, LINES) + "unfinished").getBytes(US_ASCII));
      for (DigestingFollower follower : followers) {
        assertThat(follower.awaitEnd()).isEqualTo(all);
      }
    }
  }

  @Test
  void everyFollowerOfAJobOfItsOwnGetsThatJobsBytes() throws Exception {
    try (Connections connections = new Connections(server);
        Gate gate = Gate.create(server.directory().resolve("many-jobs"))) {
      List<DigestingFollower> followers = new ArrayList<>();
      for (int i = 0; i < JOBS; i++) {
        Api api = connections.next();
        String script = "%s; seq %d %d".formatted(gate.pass(), i * 100, i * 100 + 5000);
        followers.add(follow(api, start(api, script)));
      }
      gate.open(JOBS);
      for (int i = 0; i < JOBS; i++) {
        assertThat(followers.get(i).awaitEnd())
            .isEqualTo(Followed.of(lines(i * 100, i * 100 + 5000).getBytes(US_ASCII)));
      }
    }
  }

  @Test
  void followersThatComeAndGoLeaveNothing() throws Exception {
    try (Connections connections = new Connections(server)) {
      Api api = connections.next();
      String silent = start(api, "exec sleep 1000");
      String talking = start(api, "seq 1000; exec sleep 1000");
      comeAndGo(api, silent, talking, CANCELS / 10);
      long heap = ServerHeap.usedBytes(server.process()); // first: the JVM then listens for more
      Footprint baseline = Footprint.of(server.process());

      comeAndGo(api, silent, talking, CANCELS);

      Eventually.within(
          Footprint.SETTLED,
          () ->
              assertThat(Footprint.of(server.process()))
                  .matches(now -> now.isWithin(baseline), "within " + baseline));
      assertThat(ServerHeap.usedBytes(server.process())).isLessThan(heap + GROWTH_BYTES);
      Jobctl alice = server.as("alice", "user");
      alice.run("stop", silent, talking).succeeded();
    }
  }

  /** Half of them before they are heard, the others when there is something to read or wait for. */
  private static void comeAndGo(Api api, String silent, String talking, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      DigestingFollower follower = DigestingFollower.start(api, i % 2 == 0 ? silent : talking);
      switch (i % 4) {
        case 2 -> follower.awaitAccepted();
        case 3 -> follower.awaitSomeOutput();
        default -> {}
      }
      follower.cancel();
    }
  }

  /** One after the other: a user has few calls at one time that are not followed yet. */
  private static DigestingFollower follow(Api api, String job) throws Exception {
    DigestingFollower follower = DigestingFollower.start(api, job);
    follower.awaitAccepted();
    return follower;
  }

  private static String start(Api api, String script) {
    JobSpec spec = JobSpec.newBuilder().addAllArgv(List.of("sh", "-c", script)).build();
    return api.jobs().startJob(StartJobRequest.newBuilder().setSpec(spec).build()).getJob().getId();
  }

  private static String lines(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(i -> i + "\n").collect(Collectors.joining());
  }

  /** Connections of one user, each with so many followers at most. */
  private static final class Connections implements AutoCloseable {
    private final DistServer server;
    private final List<Api> open = new ArrayList<>();
    private int followers;

    Connections(DistServer server) {
      this.server = server;
    }

    /** For another follower. */
    Api next() throws Exception {
      if (followers++ % FOLLOWERS_PER_CONNECTION == 0) {
        open.add(Api.connect(server, server.pki().user("alice", "user")));
      }
      return open.getLast();
    }

    @Override
    public void close() {
      open.forEach(Api::close);
    }
  }
}
