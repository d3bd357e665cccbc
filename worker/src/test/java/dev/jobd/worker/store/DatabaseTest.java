package dev.jobd.worker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatabaseTest {
  @TempDir Path directory;

  @Test
  void writingConnectionSyncsItsLogAtEveryCommit() throws Exception {
    Database database = Database.at(directory.resolve("jobs.db"));

    try (Connection connection = database.connectToWrite()) {
      assertThat(pragma(connection, "journal_mode")).isEqualTo("wal");
      assertThat(pragma(connection, "synchronous")).as("2 is FULL").isEqualTo("2");
      assertThat(pragma(connection, "wal_autocheckpoint")).isEqualTo("16000");
    }
  }

  @Test
  void readingConnectionCannotWrite() throws Exception {
    Database database = Database.at(directory.resolve("jobs.db"));
    database.connectToWrite().close();

    try (Connection connection = database.connectToRead();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("CREATE TABLE t (x INTEGER)"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("readonly");
    }
  }

  private static String pragma(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA " + name)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
