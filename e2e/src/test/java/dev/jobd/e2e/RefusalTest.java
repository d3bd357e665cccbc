package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.api.v1.ListJobsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who is let in, and to what, as seen from outside. The whole table of permissions is the server's.
 */
class RefusalTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final Pattern ACCEPTS = Pattern.compile("ACCEPT (127\\.0\\.0\\.1:\\d+)\n");

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

    assertThat(refusal("JOBCTL_CERT", foreign.toString()))
        .isEqualTo(
            server.address()
                + " refused the certificate in "
                + foreign
                + ": it was not issued to a user by an authority that the server trusts;"
                + " --cert or --user gives another");
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    Path expired = issue("expired", -1, "extendedKeyUsage=clientAuth");

    assertThat(refusal("JOBCTL_CERT", expired.toString()))
        .startsWith(
            server.address()
                + " refused the certificate in "
                + expired
                + ": it has expired (NotAfter: ");
  }

  @Test
  void aServerFromAnotherAuthorityIsNotTrusted() throws Exception {
    Path foreign = Pki.create(directory.resolve("pki")).authority();

    assertThat(refusal("JOBCTL_CA", foreign.toString()))
        .isEqualTo(
            "the certificate of "
                + server.address()
                + " was not issued by the authority in "
                + foreign
                + "; --ca or JOBCTL_CA names another");
  }

  @Test
  void aServerWithAnExpiredCertificateIsNotTrusted() throws Exception {
    Path expired = issue("expired", -1, "extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1");

    try (Running impostor = serve(expired)) {
      assertThat(refusal("JOBCTL_SERVER", address(impostor)))
          .startsWith("the certificate of 127.0.0.1:")
          .contains(" has expired (NotAfter: ")
          .endsWith("; jobd pki issue DIR --server 127.0.0.1 issues another, at the server");
    }
  }

  @Test
  void aServerOfAnotherNameIsNotTrusted() throws Exception {
    Path other = issue("other", 1, "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:other.example");

    try (Running impostor = serve(other)) {
      assertThat(refusal("JOBCTL_SERVER", address(impostor)))
          .contains(" is not for the name 127.0.0.1; --server or JOBCTL_SERVER takes one ");
    }
  }

  @Test
  void aUserIsNoServer() throws Exception {
    try (Running impostor = serve(server.pki().user("mallory", "user"))) {
      assertThat(refusal("JOBCTL_SERVER", address(impostor)))
          .startsWith("the certificate of 127.0.0.1:")
          .doesNotContain("PKIX", "Exception");
    }
  }

  /** Why alice cannot list jobs in an environment that has this. */
  private static String refusal(String variable, String value) throws Exception {
    String words =
        server.as("alice", "user").with(variable, value).run("list").failedWith(4).err().strip();
    assertThat(words).startsWith("jobctl: cannot list jobs: ");
    return words.substring("jobctl: cannot list jobs: ".length());
  }

  /** alice's name and key, issued by the server's authority for so many days from now. */
  private Path issue(String name, int days, String extensions) throws Exception {
    Path certificate = directory.resolve(name + ".crt");
    Path request = directory.resolve(name + ".csr");
    Path credentials = server.pki().user("alice", "user");
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
        Files.writeString(directory.resolve(name + ".ext"), extensions + "\n").toString(),
        "-days",
        Integer.toString(days),
        "-out",
        certificate.toString());
    String key = Files.readString(credentials);
    return Files.writeString(
        directory.resolve(name + ".pem"),
        Files.readString(certificate) + key.substring(key.indexOf("-----BEGIN PRIVATE KEY")));
  }

  /** A server that has these credentials, and no more than TLS. */
  private static Running serve(Path credentials) throws IOException {
    String pem = credentials.toString();
    return Running.startToFeed(
        new ProcessBuilder(
            "openssl",
            "s_server",
            "-accept",
            "127.0.0.1:0",
            "-alpn",
            "h2",
            "-cert",
            pem,
            "-key",
            pem));
  }

  private static String address(Running impostor) throws InterruptedException {
    return impostor.stdout().awaitGroup(ACCEPTS, Running.BOUND);
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
