package dev.jobd.server.rpc;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.worker.InputSender;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;

/** Services whose handlers see no request that was not judged as an {@link IncomingRequest}. */
public final class GuardedService {
  /**
   * Of a request of most methods. The largest valid one is a list's, with {@code
   * JobSpec.MAX_LABELS} labels: 11 KiB.
   */
  static final int MAX_BYTES = 16 << 10;

  /** Bounds for 16 disks with long paths, and processors in a list that is as long as can be. */
  static final int MAX_LIMITS_BYTES = IncomingRequest.SMALL_BYTES;

  /** A piece of input, and what is beside it: an offset, a reference. */
  static final int MAX_INPUT_BYTES = InputSender.MAX_BYTES + (1 << 10);

  private GuardedService() {}

  /**
   * For handlers that are told of a refused request in the place of the message; they then end the
   * call. For others it is ended, and no more said to them of requests.
   */
  interface RefusalListener {
    void onRefused(StatusRuntimeException refusal);
  }

  /**
   * The same service, guarded.
   *
   * @param service whose requests are protobuf messages
   * @param maxStartBytes of StartJob's requests
   */
  public static ServerServiceDefinition of(ServerServiceDefinition service, int maxStartBytes) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      methods.add(guarded(method, maxBytes(method.getMethodDescriptor(), maxStartBytes)));
    }
    ServiceDescriptor plain = service.getServiceDescriptor();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(plain.getName())
            .setSchemaDescriptor(plain.getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder guarded = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(guarded::addMethod);
    return guarded.build();
  }

  private static int maxBytes(MethodDescriptor<?, ?> method, int maxStartBytes) {
    String name = method.getFullMethodName();
    if (name.equals(JobServiceGrpc.getStartJobMethod().getFullMethodName())) {
      return maxStartBytes;
    }
    if (name.equals(JobServiceGrpc.getUpdateLimitsMethod().getFullMethodName())) {
      return MAX_LIMITS_BYTES;
    }
    return name.equals(JobServiceGrpc.getSendInputMethod().getFullMethodName())
        ? MAX_INPUT_BYTES
        : MAX_BYTES;
  }

  private static <Q, A> ServerMethodDefinition<IncomingRequest<Q>, A> guarded(
      ServerMethodDefinition<Q, A> method, int maxBytes) {
    MethodDescriptor<Q, A> plain = method.getMethodDescriptor();
    var form =
        IncomingRequest.Form.of(
            String.valueOf(plain.getBareMethodName()), plain.getRequestMarshaller(), maxBytes);
    return ServerMethodDefinition.create(
        plain.toBuilder(form, plain.getResponseMarshaller()).build(),
        (call, headers) ->
            new Guard<>(call, method.getServerCallHandler().startCall(answering(call), headers)));
  }

  /** Who answers a call does not touch its requests, of which its type says how they come. */
  @SuppressWarnings("unchecked")
  private static <Q, A> ServerCall<Q, A> answering(ServerCall<IncomingRequest<Q>, A> call) {
    return (ServerCall<Q, A>) (ServerCall<?, A>) call;
  }

  /** gRPC calls one method at a time. */
  private static final class Guard<Q> extends ServerCall.Listener<IncomingRequest<Q>> {
    private final ServerCall<?, ?> call;
    private final ServerCall.Listener<Q> handler;
    private boolean refused;

    Guard(ServerCall<?, ?> call, ServerCall.Listener<Q> handler) {
      this.call = call;
      this.handler = handler;
    }

    @Override
    public void onMessage(IncomingRequest<Q> incoming) {
      if (refused) {
        return;
      }
      Q request;
      try {
        request = incoming.read();
      } catch (StatusRuntimeException refusal) {
        refuse(refusal);
        return;
      }
      handler.onMessage(request);
    }

    private void refuse(StatusRuntimeException refusal) {
      refused = true;
      if (handler instanceof RefusalListener listener) {
        listener.onRefused(refusal);
      } else {
        OutputStreamCall.close(call, refusal);
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        handler.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      handler.onCancel();
    }

    @Override
    public void onComplete() {
      handler.onComplete();
    }

    @Override
    public void onReady() {
      handler.onReady();
    }
  }
}
