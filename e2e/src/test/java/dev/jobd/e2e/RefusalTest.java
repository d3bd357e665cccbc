package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.api.v1.ListJobsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who is let in, and to what, as seen from outside. The whole table of permissions is the server's.
 */
class RefusalTest {
  @RegisterExtension static final DistServer server = new DistServer();

  @TempDir Path directory;

  @Test
  void aForeignJobLooksLikeNoJob() throws Exception {
    Jobctl alice = server.as("alice", "user");
    Jobctl bob = server.as("bob", "user");
    String foreign = alice.startJob("--timeout", "5m", "--", "sleep", "300");
    String absent = UUID.randomUUID().toString();

    for (String verb : new String[] {"status", "logs", "wait", "stop", "delete"}) {
      String ofForeign = bob.run(verb, foreign).failedWith(3).err();
      String ofAbsent = bob.run(verb, absent).failedWith(3).err();
      assertThat(ofForeign.replace(foreign, "ID")).isEqualTo(ofAbsent.replace(absent, "ID"));
    }
    assertThat(bob.run("list", "-a", "-q").succeeded().out()).doesNotContain(foreign);
    assertThat(alice.run("status", foreign).line()).isEqualTo("running");

    alice.run("stop", foreign).succeeded();
  }

  @Test
  void anAdministratorSeesAndStopsEverybodysJobs() throws Exception {
    String id = server.as("alice", "user").startJob("--timeout", "5m", "--", "sleep", "300");
    Jobctl admin = server.as("root-of-all", "admin");

    assertThat(admin.run("list", "-q").succeeded().out()).contains(id);
    admin.run("stop", id).succeeded();
    assertThat(admin.run("status", id).line()).isEqualTo("stopped (signal: 9)");
  }

  @Test
  void anAuditorSeesEverybodysJobsAndTouchesNone() throws Exception {
    Jobctl alice = server.as("alice", "user");
    String id = alice.startJob("--timeout", "5m", "--", "sleep", "300");
    Jobctl auditor = server.as("olivia", "auditor");

    assertThat(auditor.run("status", id).line()).isEqualTo("running");
    auditor.run("stop", id).failedWith(4);
    auditor.run("start", "--", "true").failedWith(4);

    alice.run("stop", id).succeeded();
  }

  @Test
  void aSubmitterMayDoAllWithItsJobsButStopThem() throws Exception {
    Jobctl submitter = server.as("sam", "submitter");
    String id = submitter.startJob("--timeout", "5m", "--", "sleep", "300");

    submitter.run("stop", id).failedWith(4);
    assertThat(submitter.run("status", id).line()).isEqualTo("running");

    server.as("root-of-all", "admin").run("stop", id).succeeded();
  }

  @Test
  void withoutACertificateNobodyIsLetIn() throws Exception {
    server.as("alice", "user").without("JOBCTL_CERT").run("list").failedWith(4);
  }

  @Test
  void aCertificateFromAnotherAuthorityIsRefused() throws Exception {
    Path foreign = Pki.create(directory.resolve("pki")).user("alice", "user");

    server.as("alice", "user").with("JOBCTL_CERT", foreign.toString()).run("list").failedWith(4);
  }

  @Test
  void aServerFromAnotherAuthorityIsNotTrusted() throws Exception {
    Path foreign = Pki.create(directory.resolve("pki")).authority();

    server.as("alice", "user").with("JOBCTL_CA", foreign.toString()).run("list").failedWith(4);
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    Path expired = expiredCopyOf(server.pki().user("alice", "user"));

    server.as("alice", "user").with("JOBCTL_CERT", expired.toString()).run("list").failedWith(4);
  }

  /** The same name and key, issued by the same authority for a day that is over. */
  private Path expiredCopyOf(Path credentials) throws Exception {
    Path certificate = directory.resolve("expired.crt");
    Path request = directory.resolve("expired.csr");
    String pem = credentials.toString();
    openssl("x509", "-x509toreq", "-in", pem, "-signkey", pem, "-out", request.toString());
    openssl(
        "x509",
        "-req",
        "-in",
        request.toString(),
        "-CA",
        server.pki().authority().toString(),
        "-CAkey",
        server.pki().authorityKey().toString(),
        "-extfile",
        Files.writeString(directory.resolve("usage"), "extendedKeyUsage=clientAuth\n").toString(),
        "-days",
        "-1",
        "-out",
        certificate.toString());
    String key = Files.readString(credentials);
    return Files.writeString(
        directory.resolve("expired.pem"),
        Files.readString(certificate) + key.substring(key.indexOf("-----BEGIN PRIVATE KEY")));
  }

  private static void openssl(String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("openssl");
    builder.command().addAll(List.of(arguments));
    try (Running openssl = Running.start(builder)) {
      openssl.await().succeeded();
    }
  }

  @Test
  void tls12IsRefused() throws Exception {
    Path credentials = server.pki().user("alice", "user");
    try (Api current = Api.connect(server, credentials)) {
      current.jobs().listJobs(ListJobsRequest.getDefaultInstance());
    }
    try (Api old = Api.connect(server, credentials, "TLSv1.2")) {
      assertThatThrownBy(() -> old.jobs().listJobs(ListJobsRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
          .hasStackTraceContaining("protocol_version");
    }
  }
}
