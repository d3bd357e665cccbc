package dev.jobd.server.auth;

import dev.jobd.api.Errors;
import dev.jobd.server.auth.Policy.Decision;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a call meets its permission. Each call gets its {@link Caller} from the
 * connection's certificate, and goes on only if {@link RpcPermissions} names its action and the
 * caller's role allows that on anything at all. Which job it may be is decided by {@link
 * JobAccess}.
 *
 * <p>Connections and resumed sessions outlive the handshake that checked the certificate, so its
 * validity in time is checked per call.
 */
public final class AuthInterceptor implements ServerInterceptor {
  private final Roles roles;
  private final InstantSource clock;

  public AuthInterceptor(Roles roles, InstantSource clock) {
    this.roles = roles;
    this.clock = clock;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Caller caller;
    try {
      caller = CallerCertificate.caller(certificate(call.getAttributes()));
      authorize(caller, call.getMethodDescriptor().getFullMethodName());
    } catch (StatusRuntimeException refusal) {
      return refuse(call, refusal);
    }
    return Contexts.interceptCall(caller.in(Context.current()), call, headers, next);
  }

  /** Fails PERMISSION_DENIED unless {@code caller} may call {@code method}. */
  void authorize(Caller caller, String method) {
    Action action =
        RpcPermissions.action(method)
            .orElseThrow(() -> Errors.permissionDenied("nobody may call " + method));
    if (Policy.decide(roles.permissions(caller), action) != Decision.ALLOW) {
      throw Errors.permissionDenied("role " + caller.role() + " may not " + action);
    }
  }

  private X509Certificate certificate(Attributes connection) {
    @Nullable SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      throw Errors.unauthenticated("the connection is not protected by TLS");
    }
    try {
      if (!(session.getPeerCertificates()[0] instanceof X509Certificate certificate)) {
        throw Errors.unauthenticated("the client certificate is not an X.509 certificate");
      }
      certificate.checkValidity(Date.from(clock.instant()));
      return certificate;
    } catch (SSLPeerUnverifiedException e) {
      throw Errors.unauthenticated("the connection has no client certificate");
    } catch (CertificateException e) {
      throw Errors.unauthenticated("the client certificate is not valid now: get a new one");
    }
  }

  private static <Q> ServerCall.Listener<Q> refuse(
      ServerCall<Q, ?> call, StatusRuntimeException refusal) {
    @Nullable Metadata details = refusal.getTrailers();
    call.close(refusal.getStatus(), details == null ? new Metadata() : details);
    return new ServerCall.Listener<>() {};
  }
}
