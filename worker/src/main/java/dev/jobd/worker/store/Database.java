package dev.jobd.worker.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;

/** The file of the records: everything that is SQLite's own and not SQL's. */
final class Database {
  /**
   * The length of the write-ahead log, in pages of 4 KiB, at which a commit copies it back: 64 MiB.
   * With SQLite's own 1000, one commit in every few hundred waits for two more syncs.
   */
  private static final int CHECKPOINT_PAGES = 16_000;

  /**
   * How long to wait for a lock. Only another process can hold one, such as an operator's shell.
   */
  private static final int LOCK_TIMEOUT_MS = 5_000;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** The file, its log and the log's index. SQLite gives the last two the mode of the first. */
  private static final List<String> SUFFIXES = List.of("", "-wal", "-shm");

  private final Path file;

  private Database(Path file) {
    this.file = file;
  }

  /** The records in {@code file}, which is made, empty and private, where it is absent. */
  static Database at(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    if (absolute.toString().indexOf('?') >= 0) {
      throw new IOException("cannot open " + absolute + ": the path must not hold a '?'");
    }
    try {
      Files.createFile(absolute, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isRegularFile(absolute, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("cannot open " + absolute + ": it is not a regular file", e);
      }
      for (String suffix : SUFFIXES) {
        Path part = Path.of(absolute + suffix);
        if (Files.exists(part)) {
          Files.setPosixFilePermissions(part, OWNER_ONLY);
        }
      }
    }
    return new Database(absolute);
  }

  Path file() {
    return file;
  }

  /** A connection whose commits are durable once they return. */
  Connection connectToWrite() throws IOException {
    SQLiteConfig config = config();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setWalAutocheckpoint(CHECKPOINT_PAGES);
    Connection connection = connect(config);
    try {
      requireLog(connection);
      return connection;
    } catch (SQLException e) {
      throw closing(connection, failure("open", e));
    } catch (IOException e) {
      throw closing(connection, e);
    }
  }

  /** A connection that sees what was last committed and cannot change it. */
  Connection connectToRead() throws IOException {
    SQLiteConfig config = config();
    config.setReadOnly(true);
    return connect(config);
  }

  /** {@code operation} on this file failed because of {@code cause}. */
  IOException failure(String operation, Throwable cause) {
    return new IOException(
        "cannot " + operation + " in " + file + ": " + cause.getMessage(), cause);
  }

  /** Closes a connection that is of no more use because of {@code failure}, and returns that. */
  static <E extends Exception> E closing(Connection connection, E failure) {
    try {
      connection.close();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(LOCK_TIMEOUT_MS);
    config.setTempStore(TempStore.MEMORY);
    config.setGetGeneratedKeys(false);
    return config;
  }

  private Connection connect(SQLiteConfig config) throws IOException {
    try {
      return config.createConnection("jdbc:sqlite:" + file);
    } catch (SQLException e) {
      throw failure("open records", e);
    }
  }

  /** Where a file system cannot hold a log, SQLite keeps its old mode and says nothing. */
  private void requireLog(Connection connection) throws SQLException, IOException {
    try (Statement statement = connection.createStatement();
        ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
      String actual = mode.next() ? mode.getString(1) : "unknown";
      if (!actual.equals("wal")) {
        throw new IOException(
            "cannot open " + file + ": no write-ahead log on this file system, mode is " + actual);
      }
    }
  }
}
