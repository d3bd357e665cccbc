package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistributionTest {
  @TempDir Path directory;

  @Test
  void bothProgramsRunThroughSymbolicLinksFromAnywhere() throws Exception {
    for (String program : List.of("jobctl", "jobd")) {
      Path link = directory.resolve(program);
      Files.createSymbolicLink(link, Dist.HOME.resolve("bin").resolve(program));
      Path linkToLink =
          Files.createSymbolicLink(directory.resolve("to-" + program), link.getFileName());

      Outcome help = run(new ProcessBuilder(linkToLink.toString(), "--help")).succeeded();

      assertThat(help.out()).contains("Usage: " + program);
      // JUnit warns of links out of the directory that it removes.
      Files.delete(linkToLink);
      Files.delete(link);
    }
  }

  @Test
  void theVirtualMachineAddsNoWordsOfItsOwn() throws Exception {
    Outcome version = run(new ProcessBuilder(Dist.JOBCTL, "version")).succeeded();

    assertThat(version.out().lines()).hasSize(1);
    assertThat(version.err()).isEmpty();
  }

  /** Else its own files would get their numbers, and be a job's input or be written to. */
  @Test
  void closedStandardStreamsAreNotLeftToFilesOfTheVirtualMachine() throws Exception {
    Path told = directory.resolve("told");
    Path jdk =
        jdk(
            "streams=$(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done); echo \"$streams\" >"
                + told);
    for (String program : List.of(Dist.JOBCTL, Dist.JOBD)) {
      ProcessBuilder builder =
          new ProcessBuilder("sh", "-c", "exec \"$0\" --help <&- >&- 2>&-", program);
      builder.environment().put("JOBD_JAVA_HOME", jdk.toString());

      var _ = run(builder).succeeded();

      assertThat(told).hasContent("/dev/null\n/dev/null\n/dev/null\n");
    }
  }

  /** A JDK whose virtual machine says what it is asked for. */
  private Path tellingJdk() throws IOException {
    return jdk("echo \"$@\"");
  }

  private Path jdk(String script) throws IOException {
    Path jdk = directory.resolve("jdk");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
    Path java = Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\n" + script + "\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return jdk;
  }

  @ParameterizedTest
  @CsvSource({
    "status x, false",
    "start -- x, false",
    "start -i -- x, true",
    "start --interactive x, true",
    "run -- x, true",
    "logs x, true",
    "stop x --logs, true"
  })
  void onlyWhatMayMoveManyBytesHasTheCompilerForThem(String line, boolean many) throws Exception {
    List<String> command = new ArrayList<>(List.of(Dist.JOBCTL));
    command.addAll(List.of(line.split(" ")));
    ProcessBuilder jobctl = new ProcessBuilder(command);
    jobctl.environment().put("JOBD_JAVA_HOME", tellingJdk().toString());

    String asked = run(jobctl).succeeded().out();

    assertThat(asked.contains("CompileThresholdScaling")).isEqualTo(many);
    assertThat(asked.contains("TieredStopAtLevel=1")).isEqualTo(!many);
  }

  @Test
  void aSpoiltCacheIsPassedOverInSilence() throws Exception {
    Path copy = directory.resolve("dist");
    copyTree(Dist.HOME, copy);
    Files.writeString(copy.resolve("lib/jobctl.aot"), "no cache");

    Outcome version =
        run(new ProcessBuilder(copy.resolve("bin/jobctl").toString(), "version")).succeeded();

    assertThat(version.out().lines()).hasSize(1);
    assertThat(version.err()).isEmpty();
  }

  @Test
  void withoutACacheTheCallersEnvironmentIsNotTakenForOne() throws Exception {
    Path copy = directory.resolve("dist");
    copyTree(Dist.HOME, copy);
    for (String program : List.of("jobctl", "jobd")) {
      Files.deleteIfExists(copy.resolve("lib").resolve(program + ".aot"));
      ProcessBuilder builder =
          new ProcessBuilder(copy.resolve("bin").resolve(program).toString(), "--help");
      builder.environment().put("cache", "-XX:NoSuchOption");

      assertThat(run(builder).succeeded().err()).isEmpty();
    }
  }

  @Test
  void aJavaHomeThatIsNoJdk25IsNamed() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(Dist.JOBCTL, "version");
    builder.environment().put("JOBD_JAVA_HOME", "/no/such/jdk");

    assertThat(run(builder).failedWith(1).err()).contains("JOBD_JAVA_HOME=/no/such/jdk");
  }

  @Test
  void everyJarOnAClassPathIsThere() throws Exception {
    try (Stream<Path> jars = Files.list(Dist.HOME.resolve("lib"))) {
      for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
        if (jar.getFileName().toString().matches("(cli|server)-.*")) {
          assertThat(classPath(jar)).isNotEmpty().allMatch(Files::exists, "exists");
        }
      }
    }
  }

  private static List<Path> classPath(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      String names = file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return Stream.of(names.split(" ")).map(jar::resolveSibling).toList();
    }
  }

  private static Outcome run(ProcessBuilder builder) throws IOException, InterruptedException {
    builder.directory(Path.of("/").toFile());
    try (Running running = Running.start(builder)) {
      return running.await();
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }
}
