package dev.jobd.server.rpc;

import dev.jobd.api.v1.GetServerInfoRequest;
import dev.jobd.api.v1.GetServerInfoResponse;
import dev.jobd.api.v1.QuotaUse;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.WhoAmIRequest;
import dev.jobd.api.v1.WhoAmIResponse;
import dev.jobd.server.auth.Caller;
import dev.jobd.server.auth.Permission;
import dev.jobd.server.auth.Policy;
import dev.jobd.server.auth.Roles;
import dev.jobd.worker.Worker;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;

/** The server and the caller, as the server sees them. */
public final class ServerRpc extends ServerServiceGrpc.ServerServiceImplBase {
  private final GetServerInfoResponse info;
  private final Worker worker;
  private final Roles roles;

  public ServerRpc(String version, Worker worker, Roles roles) {
    this.info =
        GetServerInfoResponse.newBuilder()
            .setVersion(version)
            .setCgroupMode(worker.cgroupMode())
            .build();
    this.worker = worker;
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

  private WhoAmIResponse describe(Caller caller) throws IOException {
    return WhoAmIResponse.newBuilder()
        .setUser(caller.user())
        .setRole(caller.role())
        .addAllPermissions(
            roles.permissions(caller).stream().sorted().map(Permission::toString).toList())
        .addAllQuotas(quotaUse(caller).stream().map(ServerRpc::write).toList())
        .build();
  }

  /** What the jobs of all take, only who may see them learns. */
  private List<dev.jobd.worker.QuotaUse> quotaUse(Caller caller) throws IOException {
    return Policy.seesForeign(roles.permissions(caller))
        ? worker.allQuotaUse(caller.owner())
        : worker.quotaUse(caller.owner());
  }

  private static QuotaUse write(dev.jobd.worker.QuotaUse use) {
    return QuotaUse.newBuilder()
        .setQuota(use.quota())
        .setLimit(use.limit())
        .setUsed(use.used())
        .setUnit(use.unit())
        .build();
  }
}
