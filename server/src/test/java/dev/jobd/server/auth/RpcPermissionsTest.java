package dev.jobd.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.Owner;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every RPC, for every role, on a job of the caller's own, on a foreign one and on none. */
class RpcPermissionsTest {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          JobServiceGrpc.getServiceDescriptor(),
          ServerServiceGrpc.getServiceDescriptor(),
          HealthGrpc.getServiceDescriptor(),
          ServerReflectionGrpc.getServiceDescriptor());

  /**
   * Three letters for own, foreign and absent: A allowed, D denied, N not found. For an RPC without
   * a job in its request all three are the same, except that ListJobs is asked for the jobs of the
   * caller, of somebody else and of nobody.
   */
  private static final String EXPECTED =
      """
      RPC                                                             admin user  submitter auditor unknown
      jobd.v1.JobService/StartJob                                     AAA   AAA   AAA       DDD     DDD
      jobd.v1.JobService/StopJob                                      AAN   ANN   DDD       DDD     DDD
      jobd.v1.JobService/GetJob                                       AAN   ANN   ANN       AAN     DDD
      jobd.v1.JobService/ListJobs                                     AAA   ADD   ADD       AAA     DDD
      jobd.v1.JobService/WaitJob                                      AAN   ANN   ANN       AAN     DDD
      jobd.v1.JobService/StreamOutput                                 AAN   ANN   ANN       AAN     DDD
      jobd.v1.JobService/SendInput                                    AAN   ANN   ANN       DDD     DDD
      jobd.v1.JobService/UpdateLimits                                 AAN   ANN   ANN       DDD     DDD
      jobd.v1.JobService/DeleteJob                                    AAN   ANN   ANN       DDD     DDD
      jobd.v1.ServerService/GetServerInfo                             AAA   AAA   AAA       AAA     AAA
      jobd.v1.ServerService/WhoAmI                                    AAA   AAA   AAA       AAA     AAA
      grpc.health.v1.Health/Check                                     AAA   AAA   AAA       AAA     AAA
      grpc.health.v1.Health/Watch                                     AAA   AAA   AAA       AAA     AAA
      grpc.reflection.v1.ServerReflection/ServerReflectionInfo        AAA   DDD   DDD       DDD     DDD
      """;

  private static final String OWN = "aaaa0000-0000-4000-8000-000000000001";
  private static final String FOREIGN = "bbbb0000-0000-4000-8000-000000000002";
  private static final String ABSENT = "cccc0000-0000-4000-8000-000000000003";

  private final FakeJobs jobs = new FakeJobs();
  private final JobAccess access = new JobAccess(jobs, Roles.BUILT_IN);
  private final AuthInterceptor interceptor =
      new AuthInterceptor(Roles.BUILT_IN, InstantSource.system());

  RpcPermissionsTest() {
    jobs.running(OWN, "alice", null);
    jobs.running(FOREIGN, "bob", null);
  }

  @TestFactory
  Stream<DynamicTest> everyRpcAnswersEveryRoleAsTheTableSays() {
    List<List<String>> rows = rows();
    List<String> roles = rows.getFirst().subList(1, rows.getFirst().size());
    List<DynamicTest> tests = new ArrayList<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      for (int i = 0; i < roles.size(); i++) {
        Caller caller = new Caller("alice", roles.get(i));
        String rpc = row.getFirst();
        String expected = row.get(i + 1);
        tests.add(
            DynamicTest.dynamicTest(
                rpc + " by " + caller.role(),
                () ->
                    assertThat(
                            outcome(caller, rpc, OWN, "alice")
                                + outcome(caller, rpc, FOREIGN, "bob")
                                + outcome(caller, rpc, ABSENT, "nobody"))
                        .isEqualTo(expected)));
      }
    }
    return tests.stream();
  }

  @Test
  void everyRpcOfEveryServiceHasAPermissionAndALineInThisTable() {
    List<String> rpcs = methods().map(MethodDescriptor::getFullMethodName).toList();

    assertThat(rpcs).allSatisfy(rpc -> assertThat(RpcPermissions.action(rpc)).as(rpc).isPresent());
    assertThat(rows().stream().skip(1).map(List::getFirst))
        .containsExactlyInAnyOrderElementsOf(rpcs);
  }

  @Test
  void everyBuiltInRoleHasAColumnInThisTable() {
    List<String> columns = rows().getFirst();

    assertThat(columns.subList(1, columns.size() - 1))
        .containsExactlyInAnyOrderElementsOf(Roles.BUILT_IN.names());
  }

  @Test
  void rpcThatIsNotInThePermissionsIsDeniedEvenToAnAdministrator() {
    assertThat(outcome(new Caller("root", "admin"), "jobd.v1.JobService/Forgotten", ABSENT, "root"))
        .isEqualTo("D");
  }

  private String outcome(Caller caller, String rpc, String job, String owner) {
    try {
      interceptor.authorize(caller, rpc);
      Action action = RpcPermissions.action(rpc).orElseThrow();
      if (namesAJob(rpc)) {
        access.locate(caller, job, action);
      } else if (rpc.endsWith("/ListJobs")) {
        access.visible(caller, JobQuery.ALL.withOwner(new Owner(owner)));
      }
      return "A";
    } catch (StatusRuntimeException e) {
      Status.Code code = ErrorDetails.of(e).code();
      return switch (code) {
        case PERMISSION_DENIED -> "D";
        case NOT_FOUND -> "N";
        default -> code.name();
      };
    } catch (IOException e) {
      throw new AssertionError("there is no I/O here", e);
    }
  }

  /** As the API says it: such a request has a field {@code job}. */
  private static boolean namesAJob(String rpc) {
    return methods()
        .filter(method -> method.getFullMethodName().equals(rpc))
        .map(RpcPermissionsTest::protoMethod)
        .anyMatch(method -> method.getInputType().findFieldByName("job") != null);
  }

  private static Descriptors.MethodDescriptor protoMethod(MethodDescriptor<?, ?> method) {
    if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
      return supplier.getMethodDescriptor();
    }
    throw new AssertionError(method.getFullMethodName() + " is not generated");
  }

  private static Stream<MethodDescriptor<?, ?>> methods() {
    return SERVICES.stream().flatMap(service -> service.getMethods().stream());
  }

  private static List<List<String>> rows() {
    return EXPECTED.lines().map(line -> List.of(line.split(" +"))).toList();
  }
}
