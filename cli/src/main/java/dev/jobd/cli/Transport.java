package dev.jobd.cli;

import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What a failed call tells about the way to the server, apart from what the server said. */
final class Transport {
  /** How the JDK words the alerts of RFC 8446, section 6.2, that are about a certificate. */
  private static final Pattern CERTIFICATE_ALERT =
      Pattern.compile("fatal alert: .*(certificate|unknown_ca|access_denied)");

  private Transport() {}

  /**
   * Whether the call was lost on its way, so that the server may have heard it or not: no
   * connection, or one that broke, or a server that ended and cut off its calls. The server's own
   * refusals carry a reason, and one of the other end's certificate is no loss.
   */
  static boolean lost(StatusRuntimeException e) {
    ErrorDetails details = ErrorDetails.of(e);
    return switch (details.code()) {
      case UNAVAILABLE -> details.reason().isEmpty() && distrust(e).isEmpty();
      // Nobody here cancels a call and then asks what became of it: that was the server.
      case CANCELLED -> details.reason().isEmpty();
      default -> false;
    };
  }

  /**
   * Whether the time for the answer was over, so that the server may have heard the call or not.
   */
  static boolean unanswered(StatusRuntimeException e) {
    ErrorDetails details = ErrorDetails.of(e);
    return details.code() == Status.Code.DEADLINE_EXCEEDED && details.reason().isEmpty();
  }

  /**
   * Whether the server has too many calls. It counts one whose connection was lost for as long as
   * it takes to find that out.
   */
  static boolean crowded(StatusRuntimeException e) {
    return ErrorDetails.of(e).reason().filter(r -> r == ErrorReason.TOO_MANY_CALLS).isPresent();
  }

  /** Whether nobody listened, so that nobody has heard the call. */
  static boolean refused(StatusRuntimeException e) {
    return hasCause(e, ConnectException.class);
  }

  /**
   * Whether a server that was never seen may be there soon: it does not listen yet, is silent, or
   * ended while it answered. A name that nobody has, or a peer that has no TLS, will not.
   */
  static boolean unreached(StatusRuntimeException e) {
    // A handshake that breaks off is an SSLException around what broke it.
    return lost(e)
        && switch (root(e)) {
          case null -> true; // a connection that was closed in order, before HTTP/2 had begun
          case SslHandshakeTimeoutException _ -> true;
          case UnknownHostException _, SSLException _ -> false;
          case IOException _ -> true;
          default -> false;
        };
  }

  /** The innermost cause. */
  static @Nullable Throwable root(StatusRuntimeException e) {
    Throwable root = e.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /**
   * The refusal of one end's certificate, if that is why the connection failed: a {@link
   * CertificateException} of this end, or the other end's alert.
   */
  static Optional<Exception> distrust(StatusRuntimeException e) {
    if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
      return Optional.empty();
    }
    for (Throwable t = e.getCause(); t != null; t = t.getCause()) {
      if (t instanceof CertificateException refusal) {
        return Optional.of(refusal);
      }
      if (t instanceof SSLException alert
          && CERTIFICATE_ALERT.matcher(String.valueOf(alert.getMessage())).find()) {
        return Optional.of(alert);
      }
    }
    return Optional.empty();
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> kind) {
    for (Throwable t = e.getCause(); t != null; t = t.getCause()) {
      if (kind.isInstance(t)) {
        return true;
      }
    }
    return false;
  }
}
