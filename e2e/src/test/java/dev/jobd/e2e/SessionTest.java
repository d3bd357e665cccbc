package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole session that users are promised, as they would type it; in a network of its own, where
 * the default port is free.
 */
@Tag("guest")
class SessionTest {
  @TempDir Path directory;

  @Test
  void theSessionRunsAsItIsWritten() throws Exception {
    String session =
        """
        PATH=%1$s/bin:$PATH
        jobd pki init %2$s/pki && jobd pki issue %2$s/pki --server localhost --server 127.0.0.1
        jobd pki issue %2$s/pki --user alice --role user
        jobd serve --pki %2$s/pki --state-dir %2$s/jobd --listen 127.0.0.1:24482 >%2$s/ready &
        export JOBCTL_CERT=%2$s/pki/alice.pem JOBCTL_CA=%2$s/pki/ca.crt
        id=$(jobctl start --memory 256M --cpus 0.5 -- sh -c 'for i in 1 2 3; do echo $i; sleep 1; done')
        jobctl logs $id; jobctl status $id
        kill $!; wait $!
        """
            .formatted(Dist.HOME, directory);
    ProcessBuilder shell =
        new ProcessBuilder("unshare", "--net", "sh", "-c", "ip link set lo up\n" + session);
    shell.environment().put("XDG_CONFIG_HOME", directory.toString());
    shell.environment().keySet().removeIf(name -> name.startsWith("JOBCTL_"));
    // Natively, jobctl's own: a server is there sooner.
    shell.environment().put("JOBCTL_RETRY_FOR", 10 * Running.PATIENCE + "s");

    try (Running running = Running.start(shell)) {
      Outcome outcome = running.await().succeeded();

      assertThat(outcome.out()).as("%s", outcome).endsWith("1\n2\n3\nfinished (exit code: 0)\n");
    }
  }
}
