package dev.jobd.server.rpc;

import dev.jobd.api.v1.GetServerInfoRequest;
import dev.jobd.api.v1.GetServerInfoResponse;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.WhoAmIRequest;
import dev.jobd.api.v1.WhoAmIResponse;
import dev.jobd.server.auth.Caller;
import dev.jobd.server.auth.Permission;
import dev.jobd.server.auth.Roles;
import io.grpc.stub.StreamObserver;

/** The server and the caller, as the server sees them. */
public final class ServerRpc extends ServerServiceGrpc.ServerServiceImplBase {
  private final GetServerInfoResponse info;
  private final Roles roles;

  /**
   * @param cgroupMode from {@link dev.jobd.worker.Worker#cgroupMode}
   */
  public ServerRpc(String version, String cgroupMode, Roles roles) {
    this.info =
        GetServerInfoResponse.newBuilder().setVersion(version).setCgroupMode(cgroupMode).build();
    this.roles = roles;
  }

  @Override
  public void getServerInfo(
      GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> call) {
    Answer.now(call, () -> info);
  }

  @Override
  public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> call) {
    Answer.now(call, () -> describe(Caller.current()));
  }

  private WhoAmIResponse describe(Caller caller) {
    return WhoAmIResponse.newBuilder()
        .setUser(caller.user())
        .setRole(caller.role())
        .addAllPermissions(
            roles.permissions(caller).stream().sorted().map(Permission::toString).toList())
        .build();
  }
}
