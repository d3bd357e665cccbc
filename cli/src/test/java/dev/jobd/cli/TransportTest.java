package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which failures of a first connection may pass; the causes are those that netty gives. */
class TransportTest {

  static Stream<Throwable> passing() {
    return Stream.of(
        new ConnectException("Connection refused"),
        new ClosedChannelException(),
        new IOException("Connection reset by peer"),
        new SSLException("failure when writing TLS control frames", new IOException("Broken pipe")),
        new SslHandshakeTimeoutException("handshake timed out after 10000ms"));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void aServerThatIsAwayOrEndsMayBeThereSoon(Throwable cause) {
    assertThat(Transport.unreached(unavailable(cause))).isTrue();
  }

  @Test
  void soMayOneThatClosedTheConnectionInOrder() {
    assertThat(Transport.unreached(Status.UNAVAILABLE.asRuntimeException())).isTrue();
  }

  static Stream<Throwable> lasting() {
    return Stream.of(
        new UnknownHostException("nowhere.example"),
        new NotSslRecordException("not an SSL/TLS record: 485454502f312e31"),
        new SSLHandshakeException("Received fatal alert: protocol_version"),
        new SSLHandshakeException("Received fatal alert: certificate_unknown"),
        new SSLException("handshake", new CertificateException("expired")));
  }

  @ParameterizedTest
  @MethodSource("lasting")
  void aNameThatNobodyHasAndAPeerThatIsNoneOfOursWillNot(Throwable cause) {
    assertThat(Transport.unreached(unavailable(cause))).isFalse();
  }

  private static StatusRuntimeException unavailable(Throwable cause) {
    return Status.UNAVAILABLE.withCause(cause).asRuntimeException();
  }
}
