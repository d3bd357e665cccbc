package dev.jobd.server.auth;

import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.ServerServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.Map;
import java.util.Optional;

/** Which action each RPC is: the one table. An RPC that is not here is denied to everybody. */
public final class RpcPermissions {
  private static final Map<String, Action> ACTIONS =
      Map.ofEntries(
          rpc(JobServiceGrpc.getStartJobMethod(), Action.START),
          rpc(JobServiceGrpc.getStopJobMethod(), Action.STOP),
          rpc(JobServiceGrpc.getGetJobMethod(), Action.READ),
          rpc(JobServiceGrpc.getListJobsMethod(), Action.READ),
          rpc(JobServiceGrpc.getWaitJobMethod(), Action.READ),
          rpc(JobServiceGrpc.getStreamOutputMethod(), Action.READ),
          rpc(JobServiceGrpc.getSendInputMethod(), Action.SEND_INPUT),
          rpc(JobServiceGrpc.getUpdateLimitsMethod(), Action.LIMIT),
          rpc(JobServiceGrpc.getDeleteJobMethod(), Action.DELETE),
          rpc(ServerServiceGrpc.getGetServerInfoMethod(), Action.CONNECT),
          rpc(ServerServiceGrpc.getWhoAmIMethod(), Action.CONNECT),
          rpc(HealthGrpc.getCheckMethod(), Action.CONNECT),
          rpc(HealthGrpc.getWatchMethod(), Action.CONNECT),
          rpc(ServerReflectionGrpc.getServerReflectionInfoMethod(), Action.ADMINISTER));

  private RpcPermissions() {}

  /**
   * The action that an RPC is; empty where it has none, and is to be denied.
   *
   * @param fullMethodName for example {@code jobd.v1.JobService/StartJob}
   */
  public static Optional<Action> action(String fullMethodName) {
    return Optional.ofNullable(ACTIONS.get(fullMethodName));
  }

  private static Map.Entry<String, Action> rpc(MethodDescriptor<?, ?> method, Action action) {
    return Map.entry(method.getFullMethodName(), action);
  }
}
