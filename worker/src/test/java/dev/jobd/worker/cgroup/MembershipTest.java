package dev.jobd.worker.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final Membership MEMBERSHIP =
      Membership.parse(
          """
          9:name=systemd:/
          4:memory:/a/b
          2:cpu,cpuacct:/with:colon
          0::/unified
          broken
          """);

  @Test
  void knowsTheGroupOfEachController() {
    assertThat(MEMBERSHIP.path("memory")).contains("/a/b");
    assertThat(MEMBERSHIP.path("cpu")).contains("/with:colon");
    assertThat(MEMBERSHIP.path("cpuacct")).contains("/with:colon");
    assertThat(MEMBERSHIP.path(Membership.UNIFIED)).contains("/unified");
  }

  @Test
  void knowsNoGroupOfAControllerThatIsNotThere() {
    assertThat(MEMBERSHIP.path("pids")).isEmpty();
    assertThat(MEMBERSHIP.path("broken")).isEmpty();
  }
}
