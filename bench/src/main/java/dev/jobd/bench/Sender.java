package dev.jobd.bench;

import java.io.IOException;
import java.time.Duration;

/** A way to send one file over TLS 1.3, with AES-256-GCM, to clients that show certificates. */
interface Sender extends AutoCloseable {
  String name();

  /** A client's connection of its own, its handshake done. */
  TlsSink connect(int client) throws IOException;

  /** Of the processor, that its processes have used so far. */
  Duration cpu();

  /** What a client has to say for the file to come. */
  byte[] request();

  @Override
  void close();
}
