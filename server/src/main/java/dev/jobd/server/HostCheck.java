package dev.jobd.server;

import dev.jobd.api.PemException;
import dev.jobd.api.Reasons;
import dev.jobd.worker.cgroup.Cgroups;
import dev.jobd.worker.cgroup.HostReport;
import dev.jobd.worker.model.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Looks at everything that serving needs, one finding each; makes and changes nothing. */
final class HostCheck {
  /** Earlier than that, the end of a certificate is worth a warning. */
  private static final Duration EXPIRY_WARNING = Duration.ofDays(14);

  private static final Map<String, String> NAMESPACES =
      new TreeMap<>(
          Map.of(
              "pid", "a job sees only its own processes",
              "mnt", "a job's mounts are its own",
              "net", "a job has no network but its own loopback",
              "ipc", "a job shares no System V memory or queues",
              "uts", "a job cannot change the host's name"));

  private final ServerConfig config;
  private final InstantSource clock;
  private final List<Finding> findings = new ArrayList<>();

  HostCheck(ServerConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  /** How much a finding matters. */
  enum Grade {
    GOOD,
    /** Serves, but not for long or not in full. */
    WARNS,
    /** Does not serve. */
    PROHIBITS
  }

  /** One thing that was looked at, and what is to be said about it. */
  record Finding(Grade grade, String subject, String words) {}

  List<Finding> findings() {
    findings.clear();
    checkRoot();
    checkCgroups();
    checkLimits();
    NAMESPACES.forEach(this::checkNamespace);
    checkSeccomp();
    checkShim();
    checkStateDirectory();
    checkListen();
    checkPki();
    return List.copyOf(findings);
  }

  private void checkRoot() {
    try {
      Host.requireRoot();
      good("user", "root");
    } catch (ConfigException | IOException e) {
      prohibits("user", Reasons.of(e));
    }
  }

  private void checkCgroups() {
    try {
      HostReport report = Cgroups.look();
      good("cgroups", report.mode());
      for (HostReport.Finding finding : report.findings()) {
        add(finding.enforced() ? Grade.GOOD : Grade.WARNS, finding.subject(), finding.how());
      }
    } catch (IOException e) {
      prohibits("cgroups", Reasons.of(e));
    }
  }

  private void checkLimits() {
    try {
      var _ = config.limits().enforceable(Cgroups.judge());
      good("limits", "those that are configured can be enforced");
    } catch (InvalidSpecException e) {
      prohibits("limits", Reasons.of(config.places().wrong(e)));
    } catch (IOException e) {
      add(Grade.WARNS, "limits", "cannot be judged: " + Reasons.of(e));
    }
  }

  private void checkNamespace(String kind, String meaning) {
    if (Host.hasNamespace(kind)) {
      good(kind + " namespace", meaning);
    } else {
      prohibits(kind + " namespace", "this kernel has none; it is needed so that " + meaning);
    }
  }

  private void checkSeccomp() {
    String meaning = "a job cannot get back what would lift its limits";
    if (Host.filtersCalls()) {
      good("seccomp", meaning);
    } else {
      prohibits("seccomp", "this kernel has no filters; they are needed so that " + meaning);
    }
  }

  private void checkShim() {
    try {
      Path shim = Installation.current().shim();
      if (Files.isExecutable(shim)) {
        good("shim", shim.toString());
      } else {
        prohibits("shim", shim + " is not there or not executable: build or install jobd again");
      }
    } catch (ConfigException e) {
      prohibits("shim", Reasons.of(e));
    }
  }

  private void checkStateDirectory() {
    Path directory = config.stateDirectory();
    Path existing = directory;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      prohibits("state", existing + " is not a directory: choose another with --state-dir");
    } else if (!Files.isWritable(existing)) {
      prohibits("state", existing + " cannot be written to: choose another with --state-dir");
    } else {
      good("state", directory + (existing.equals(directory) ? "" : " (will be made)"));
    }
  }

  private void checkListen() {
    try {
      var _ = config.listen().resolve();
      good("listen", config.listen().toString());
    } catch (IOException e) {
      prohibits("listen", Reasons.of(e));
    }
  }

  private void checkPki() {
    ServerPki pki = new ServerPki(config.pkiDirectory());
    pki.openKey().ifPresent(problem -> prohibits("pki", problem));
    try {
      checkLife("server.crt", pki.credentials().chain().getFirst());
      for (X509Certificate authority : pki.clientAuthorities()) {
        checkLife("client CA", authority);
      }
    } catch (PemException e) {
      prohibits("pki", Reasons.of(e) + ": jobd pki init and issue make what is needed");
    }
  }

  private void checkLife(String what, X509Certificate certificate) {
    Instant now = clock.instant();
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isBefore(begin)) {
      prohibits(what, "is not valid before " + begin + ": check the clock");
    } else if (now.isAfter(end)) {
      prohibits(what, "expired at " + end + ": issue a new one");
    } else if (now.plus(EXPIRY_WARNING).isAfter(end)) {
      add(Grade.WARNS, what, "expires at " + end + ": issue a new one");
    } else {
      good(what, "valid until " + end);
    }
  }

  private void good(String subject, String words) {
    add(Grade.GOOD, subject, words);
  }

  private void prohibits(String subject, String words) {
    add(Grade.PROHIBITS, subject, words);
  }

  private void add(Grade grade, String subject, String words) {
    findings.add(new Finding(grade, subject, words));
  }
}
