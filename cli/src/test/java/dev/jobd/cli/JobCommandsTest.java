package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.jobd.api.Errors;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.QuotaUse;
import dev.jobd.api.v1.StopJobRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobCommandsTest {
  private static final String SLEEPER = "a62dfccc-2ff9-411d-a9ef-d4812ed3d867";
  private static final String FINISHED = "be3936f3-b4a2-486a-a1d8-df885e34386c";
  private static final String NAMELESS = "ba90b623-3dae-4bdd-8b96-c1ea4a999c44";

  private FakeJobd jobd;
  private Shell shell;

  @BeforeEach
  void start(@TempDir Path home) throws IOException {
    jobd = FakeJobd.start();
    shell = Shell.at(home, jobd.port());
    jobd.add(FakeJobd.running(SLEEPER, "sleeper"));
    jobd.add(FakeJobd.ended(FakeJobd.running(FINISHED, "date"), FakeJobd.exited(3)));
    jobd.add(FakeJobd.ended(FakeJobd.running(NAMELESS, ""), FakeJobd.killed(9)));
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDOUT, "out\n");
    jobd.output.write(OutputStream.OUTPUT_STREAM_STDERR, "err\n");
  }

  @AfterEach
  void stop() {
    jobd.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status " + FINISHED,
        "query " + FINISHED,
        "status be39",
        "status date",
        "status --job-id " + FINISHED,
        "-u administrator query " + FINISHED,
        "query " + FINISHED + " -u administrator"
      })
  void theStatusOfOneJobIsAWord(String line) throws InterruptedException {
    assertThat(shell.run(line.split(" ")))
        .isEqualTo(new Shell.Result(0, "finished (exit code: 3)\n", ""));
  }

  @Test
  void theStatusOfSeveralIsATable() throws InterruptedException {
    assertThat(shell.run("status", SLEEPER, FINISHED).out())
        .isEqualTo(
            """
            NAME     ID                                    STATUS                   PID   STARTED               ENDED                 COMMAND
            sleeper  a62dfccc-2ff9-411d-a9ef-d4812ed3d867  running                  4711  2022-01-24T10:00:00Z  -                     sleep 60
            date     be3936f3-b4a2-486a-a1d8-df885e34386c  finished (exit code: 3)  4711  2022-01-24T10:00:00Z  2022-01-24T10:01:00Z  sleep 60
            """);
  }

  @Test
  void whoSeesOthersJobsSeesTheirOwners() throws InterruptedException {
    jobd.permissions = List.of("read:any");

    assertThat(shell.run("list").out()).startsWith("OWNER  NAME ").contains("\nalice  sleeper ");
    assertThat(shell.run("query", "-o", "table", FINISHED).out()).startsWith("OWNER  NAME ");
  }

  @Test
  void jsonHoldsEverythingZerosToo() throws InterruptedException {
    jobd.add(FakeJobd.ended(FakeJobd.running(FINISHED, "date"), FakeJobd.exited(0)));
    JsonObject job =
        JsonParser.parseString(shell.run("status", "-o", "json", "date").out()).getAsJsonObject();

    assertThat(job.get("id").getAsString()).isEqualTo(FINISHED);
    assertThat(job.getAsJsonObject("verdict").getAsJsonObject("exited").get("code").getAsInt())
        .isZero();
  }

  @Test
  void jsonShowsACommandAsItIs() throws InterruptedException {
    jobd.add(
        FakeJobd.running(FINISHED, "date").toBuilder()
            .setSpec(JobSpec.newBuilder().addArgv("a<b>&'c'=\"d\" \\u003c\u001b"))
            .build());

    String json = shell.run("status", "-o", "json", FINISHED).out();

    assertThat(json).contains("\"argv\": [\"a<b>&'c'=\\\"d\\\" \\\\u003c\\u001b\"]");
    assertThat(
            JsonParser.parseString(json)
                .getAsJsonObject()
                .getAsJsonObject("spec")
                .getAsJsonArray("argv"))
        .singleElement()
        .extracting(JsonElement::getAsString)
        .isEqualTo("a<b>&'c'=\"d\" \\u003c\u001b");
  }

  @Test
  void jsonOfSeveralIsOneDocument() throws InterruptedException {
    JsonObject list =
        JsonParser.parseString(shell.run("-o", "json", "status", SLEEPER, FINISHED).out())
            .getAsJsonObject();

    assertThat(list.getAsJsonArray("jobs")).hasSize(2);
  }

  @Test
  void statusWithLogsAppendsTheOutputSoFar() throws InterruptedException {
    assertThat(shell.run("status", "--logs", SLEEPER))
        .isEqualTo(new Shell.Result(0, "running\nout\n", "err\n"));
    assertThat(jobd.reads.getFirst().getFollow()).isFalse();
  }

  @Test
  void theOutputsOfSeveralEachHaveAHeading() throws InterruptedException {
    Shell.Result result = shell.run("status", "--logs", SLEEPER, NAMELESS);

    assertThat(result.out()).endsWith("\n==> sleeper <==\nout\n==> " + NAMELESS + " <==\nout\n");
    assertThat(result.err()).isEqualTo("err\nerr\n");
  }

  @Test
  void anAbsentJobIsToldAndTheOthersAreShown() throws InterruptedException {
    Shell.Result result = shell.run("status", "absent", SLEEPER);

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.out()).contains("sleeper");
    assertThat(result.err()).startsWith("jobctl: cannot show job absent: no such job; jobctl list");
  }

  @Test
  void noJobIsAUsageError() throws InterruptedException {
    assertThat(shell.run("status").exitCode()).isEqualTo(2);
    assertThat(shell.run("logs").exitCode()).isEqualTo(2);
    assertThat(shell.run("logs", SLEEPER, FINISHED).exitCode()).isEqualTo(2);
  }

  @Test
  void lastWithoutAnyJobStartedIsNotFound() throws InterruptedException {
    assertThat(shell.run("status", "@last").exitCode()).isEqualTo(3);
  }

  @Test
  void stopPrintsNothingAndTellsTheFinalState() throws InterruptedException {
    assertThat(shell.run("stop", SLEEPER))
        .isEqualTo(new Shell.Result(0, "", "jobctl: stopped (signal: 9)\n"));
    assertThat(jobd.stops).containsExactly(StopJobRequest.newBuilder().setJob(SLEEPER).build());
  }

  @Test
  void stopCanBePolite() throws InterruptedException {
    shell.run("stop", SLEEPER, "--signal", "sigint", "--grace", "1500ms");

    StopJobRequest request = jobd.stops.getFirst();
    assertThat(request.getSignal()).isEqualTo(2);
    assertThat(request.getGrace().getSeconds()).isEqualTo(1);
    assertThat(request.getGrace().getNanos()).isEqualTo(500_000_000);
  }

  @ParameterizedTest
  @CsvSource({"INT, 10", "15, 10", "KILL, 0", "9, 0", "USR1 --grace 0, 0", "USR1 --grace 3s, 3"})
  void aSignalThatIsSentFirstIsGivenTime(String signal, long seconds) throws InterruptedException {
    shell.run(("stop " + SLEEPER + " --signal " + signal).split(" "));

    assertThat(jobd.stops.getFirst().getGrace().getSeconds()).isEqualTo(seconds);
  }

  @Test
  void stopWithLogsThenPrintsTheOutput() throws InterruptedException {
    assertThat(shell.run("stop", "--logs", "--job-id", SLEEPER))
        .isEqualTo(new Shell.Result(0, "out\n", "jobctl: stopped (signal: 9)\nerr\n"));
  }

  @Test
  void aStopThatIsNotAllowedSaysWhatIs() throws InterruptedException {
    jobd.stopFailure = Errors.permissionDenied("role submitter may not stop jobs");

    assertThat(shell.run("stop", SLEEPER))
        .isEqualTo(
            new Shell.Result(
                4,
                "",
                "jobctl: cannot stop "
                    + SLEEPER
                    + ": role submitter may not stop jobs; jobctl whoami shows what you may do\n"));
  }

  @Test
  void waitPrintsTheFinalStateAndExitsWithTheCode() throws InterruptedException {
    assertThat(shell.run("wait", FINISHED))
        .isEqualTo(new Shell.Result(3, "finished (exit code: 3)\n", ""));
    assertThat(shell.run("wait", NAMELESS))
        .isEqualTo(new Shell.Result(137, "stopped (signal: 9)\n", ""));
    assertThat(shell.run("wait", NAMELESS, FINISHED).exitCode()).isEqualTo(3);
  }

  @Test
  void listShowsEveryPage() throws InterruptedException {
    assertThat(shell.run("ls").out().lines()).hasSize(4);
    assertThat(jobd.lists).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"list -a --limit 1", "list -q -o json", "run -o json true"})
  void optionsThatContradictEachOtherAreRefused(String line) throws InterruptedException {
    assertThat(shell.run(line.split(" ")).exitCode()).isEqualTo(2);
  }

  @Test
  void listStopsAtItsLimit() throws InterruptedException {
    assertThat(shell.run("list", "--limit", "1", "-o", "json").out())
        .contains("\"nextPageToken\": \"")
        .doesNotContain("\"nextPageToken\": \"\"");
    assertThat(shell.run("list", "-o", "json").out()).contains("\"nextPageToken\": \"\"");
    Shell.Result result = shell.run("ps", "-q", "--limit", "1");

    assertThat(result).isEqualTo(new Shell.Result(0, SLEEPER + "\n", ""));
  }

  @Test
  void listAsNamesGivesWhatEachAnswersTo() throws InterruptedException {
    assertThat(shell.run("list", "-o", "name").out())
        .isEqualTo("sleeper\ndate\n" + NAMELESS + "\n");
  }

  @Test
  void listTakesJobsToo() throws InterruptedException {
    assertThat(shell.run("list", FINISHED).out().lines()).hasSize(2);
    assertThat(shell.run("list", "--state", "running", FINISHED).exitCode()).isEqualTo(2);
  }

  @Test
  void listFiltersAtTheServer() throws InterruptedException {
    shell.run("list", "--state", "running", "--owner", "bob", "-l", "team=data");

    assertThat(jobd.lists.getFirst().getPhasesList()).containsExactly(JobPhase.JOB_PHASE_RUNNING);
    assertThat(jobd.lists.getFirst().getOwner()).isEqualTo("bob");
    assertThat(jobd.lists.getFirst().getLabelsMap()).containsEntry("team", "data");
  }

  @Test
  void aWordOfTheStatusColumnIsNoStateAndThatIsExplained() throws InterruptedException {
    Shell.Result result = shell.run("list", "--state", "finished");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("finished, failed, killed and the like are all ended");
    assertThat(jobd.lists).isEmpty();
  }

  @Test
  void listFiltersByNameAndTime() throws InterruptedException {
    shell.run("list", "--name", "nap", "--since", "2026-01-31T08:00:00Z", "--until", "0");

    ListJobsRequest request = jobd.lists.getFirst();
    assertThat(request.getName()).isEqualTo("nap");
    assertThat(request.getCreatedAfter())
        .isEqualTo(Timestamps.fromSeconds(Instant.parse("2026-01-31T08:00:00Z").getEpochSecond()));
    assertThat(request.getCreatedBefore().getSeconds())
        .isCloseTo(Instant.now().getEpochSecond(), within(60L));
    assertThat(shell.run("list", "--since", "yesterday").exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "rm"})
  void deletedJobsAreGoneWithoutAWord(String verb) throws InterruptedException {
    assertThat(shell.run(verb, FINISHED, "--job-id", NAMELESS))
        .isEqualTo(new Shell.Result(0, "", ""));
    assertThat(jobd.jobs).containsOnlyKeys(SLEEPER);
  }

  @Test
  void aLiveJobIsNotDeletedAndTheOthersAre() throws InterruptedException {
    Shell.Result result = shell.run("delete", SLEEPER, FINISHED, "absent");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines())
        .startsWith(
            "jobctl: cannot delete %s: job %s has not ended: stop it first"
                .formatted(SLEEPER, SLEEPER))
        .hasSize(2);
    assertThat(jobd.jobs).containsOnlyKeys(SLEEPER, NAMELESS);
  }

  @Test
  void anExpiredOutputSaysWhenItWentAndWhy() throws InterruptedException {
    jobd.readFailure =
        Errors.outputExpired(
            FINISHED,
            Optional.empty(),
            Instant.parse("2026-11-21T08:00:00Z"),
            Optional.of("quotas.output"));

    String words =
        "jobctl: cannot read the output of date: it was removed at 2026-11-21T08:00:00Z by"
            + " the server's quotas.output; jobctl status still shows how the job ended\n";

    assertThat(shell.run("logs", "date")).isEqualTo(new Shell.Result(1, "", words));
    assertThat(shell.run("status", "--logs", FINISHED).err()).isEqualTo(words);
  }

  @Test
  void theStatusTellsWhenAndWhyAnOutputWentBesideHowTheJobEnded() throws InterruptedException {
    Timestamp time = Timestamp.newBuilder().setSeconds(1643018460).build();
    Job gone =
        FakeJobd.ended(FakeJobd.running(FINISHED, "date"), FakeJobd.exited(3)).toBuilder()
            .setOutputExpireTime(time)
            .build();
    jobd.add(gone.toBuilder().setOutputExpireRule("retention.output_age").build());

    assertThat(shell.run("status", "date"))
        .isEqualTo(
            new Shell.Result(
                0,
                "finished (exit code: 3)\n",
                "jobctl: the output was removed at 2022-01-24T10:01:00Z by the server's"
                    + " retention.output_age\n"));
    Shell.Result json = shell.run("status", "-o", "json", "date");
    assertThat(json.out()).contains("\"outputExpireRule\": \"retention.output_age\"");
    assertThat(json.err()).isEmpty();

    jobd.add(gone);
    assertThat(shell.run("status", "date").err())
        .endsWith("Z, for its age or to make room for newer ones\n");
  }

  @Test
  void whoamiTellsUserRoleAndPermissions() throws InterruptedException {
    assertThat(shell.run("whoami").out())
        .isEqualTo("user: alice\nrole: user\npermissions: start, stop:own, read:own\n");
  }

  @Test
  void whoamiTellsHowMuchOfTheQuotasIsUsedInTheUnitsOfTheOptions() throws InterruptedException {
    jobd.quotas =
        List.of(
            quota("running_jobs", 100, 3),
            quota("cpus", 8000, 2500),
            quota("memory", 32L << 30, 1L << 29));

    assertThat(shell.run("whoami").out())
        .endsWith("\nrunning jobs: 3 of 100\ncpus: 2.5 of 8\nmemory: 512M of 32G\n");
    assertThat(shell.run("whoami", "-o", "table").out())
        .isEqualTo(
            """
            USER   ROLE  PERMISSIONS
            alice  user  start, stop:own, read:own

            QUOTA         USED  LIMIT
            running jobs  3     100
            cpus          2.5   8
            memory        512M  32G
            """);
  }

  private static QuotaUse quota(String name, long limit, long used) {
    return QuotaUse.newBuilder().setQuota(name).setLimit(limit).setUsed(used).build();
  }

  @Test
  void aServerThatIsNotThereIsExitCode5WithTheAddress() throws InterruptedException {
    Shell.Result result = shell.run("list", "--server", "127.0.0.1:1", "--retry-for", "0");

    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.err())
        .startsWith("jobctl: cannot list jobs: no connection to 127.0.0.1:1: Connection refused")
        .contains("--server")
        .satisfies(e -> assertThat(e.lines()).hasSize(1));
  }
}
