package dev.jobd.worker;

import static dev.jobd.worker.TestWorker.firstOutput;
import static dev.jobd.worker.TestWorker.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.Verdict;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is damaged of one job while no worker is there costs that job alone, which says so. */
class DamageTest {
  private TestWorker test;
  private Job damaged;
  private Job other;

  @BeforeEach
  void open() throws Exception {
    test = TestWorker.open();
    damaged = test.sh("echo up; exec sleep 86400");
    other = test.sh("echo up; exec sleep 86400");
    assertThat(firstOutput(damaged)).isEqualTo("up\n");
    assertThat(firstOutput(other)).isEqualTo("up\n");
  }

  @AfterEach
  void close() throws IOException {
    test.close();
  }

  private Job again(Job job) throws IOException {
    return test.worker().find(job.id()).orElseThrow();
  }

  private void assertOtherIsWell() throws Exception {
    Job job = again(other);
    job.awaitLaunch(); // of which its shim tells
    assertThat(job.state()).isEqualTo(other.state());
    job.stop(StopRequest.kill("bob"));
    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
    assertThat(text(job)).isEqualTo("up\n");
  }

  private void assertOutputIsDamagedAndTheVerdictIsNot(String how) throws Exception {
    Job job = again(damaged);
    assertThatThrownBy(() -> firstOutput(job))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("journal " + damaged.directory() + " is damaged: " + how);
    job.stop(StopRequest.kill("bob"));
    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
  }

  @Test
  void anOutputThatWasCutSaysSo() throws Exception {
    test.restart(() -> cut(damaged.directory().resolve("output"), 1));
    assertOutputIsDamagedAndTheVerdictIsNot("output ends at 1, but its index covers 3");
    assertOtherIsWell();
  }

  @Test
  void anIndexOfAnUnknownVersionSaysSo() throws Exception {
    test.restart(() -> overwrite(damaged.directory().resolve("index"), 8, 2));
    assertOutputIsDamagedAndTheVerdictIsNot("it is not an index of version 1");
    assertOtherIsWell();
  }

  /** Its shim goes on where it was, which leaves a hole. */
  @Test
  void anIndexThatWasCutSaysSo() throws Exception {
    test.restart(() -> cut(damaged.directory().resolve("index"), 30));
    Job job = again(damaged);
    job.stop(StopRequest.kill("bob"));
    assertThat(job.await().verdict())
        .isEqualTo(new Verdict.Killed(9, Verdict.Cause.STOP_REQUEST, "bob"));
    assertThatThrownBy(() -> text(job))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged: record 0 is of the unknown kind 0");
    assertOtherIsWell();
  }

  /** Nobody knows then what the job was allowed: it is not left to run. */
  @Test
  void aRecordThatCannotBeReadEndsItsJobAsLost() throws Exception {
    JobState.Command command = ((JobState.Running) damaged.state()).command();
    test.restart(() -> spoilRecord(damaged));
    assertThat(again(damaged).await().verdict()).isInstanceOf(Verdict.Lost.class);
    ProcessHandle.of(command.pid()).ifPresent(process -> process.onExit().join());
    assertOtherIsWell();
  }

  private static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void overwrite(Path file, int at, int value) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] = (byte) value;
    Files.write(file, bytes);
  }

  private void spoilRecord(Job job) throws SQLException {
    String url = "jdbc:sqlite:" + test.directory().resolve("jobs.db");
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement update =
            connection.prepareStatement("UPDATE jobs SET state = x'00' WHERE id = ?")) {
      update.setString(1, job.id().toString());
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
  }
}
