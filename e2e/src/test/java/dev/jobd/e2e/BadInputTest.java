package dev.jobd.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StreamOutputRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
  @RegisterExtension static final DistServer server = new DistServer();

  private static final int NO_SUCH_ENUM_VALUE = 77;

  @SuppressWarnings("NullAway.Init")
  private Api api;

  @BeforeEach
  void connect() throws Exception {
    api = Api.connect(server, server.pki().user("alice", "user"));
  }

  @AfterEach
  void disconnect() throws Exception {
    api.close();
  }

  static Stream<Arguments> badSpecs() {
    return Stream.of(
        Arguments.of("no command", "spec.argv", JobSpec.newBuilder()),
        Arguments.of("an empty command", "spec.argv", command("")),
        Arguments.of("NUL in an argument", "spec.argv", command("echo", "a\0b")),
        Arguments.of("an argument too long", "spec.argv", command("echo", "x".repeat(1 << 20))),
        Arguments.of("NUL in a value", "spec.env", command("true").putEnv("A", "b\0c")),
        Arguments.of("= in a variable's name", "spec.env", command("true").putEnv("A=B", "c")),
        Arguments.of("a way out in the name", "spec.name", command("true").setName("../up")),
        Arguments.of(
            "a relative directory",
            "spec.working_directory",
            command("true").setWorkingDirectory("tmp")),
        Arguments.of("a label's name", "spec.labels", command("true").putLabels("a/b", "c")),
        limited("spec.limits.cpu_millis", Limits.newBuilder().setCpuMillis(0)),
        limited("spec.limits.cpu_millis", Limits.newBuilder().setCpuMillis(-1)),
        limited("spec.limits.memory_bytes", Limits.newBuilder().setMemoryBytes(0)),
        limited("spec.limits.memory_bytes", Limits.newBuilder().setMemoryBytes(-1)),
        limited("spec.limits.pids", Limits.newBuilder().setPids(0)),
        limited("spec.limits.pids", Limits.newBuilder().setPids(-1)),
        limited("spec.limits.timeout", Limits.newBuilder().setTimeout(Duration.newBuilder())),
        limited(
            "spec.limits.timeout",
            Limits.newBuilder().setTimeout(Duration.newBuilder().setSeconds(-1))),
        limited("spec.limits.output_bytes", Limits.newBuilder().setOutputBytes(-1)));
  }

  private static JobSpec.Builder command(String... argv) {
    return JobSpec.newBuilder().addAllArgv(List.of(argv));
  }

  private static Arguments limited(String field, Limits.Builder limits) {
    return Arguments.of(
        "limits " + limits.build().toString().strip(), field, command("true").setLimits(limits));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badSpecs")
  void aBadSpecificationNamesItsFieldAndLeavesNothing(
      String what, String field, JobSpec.Builder spec) throws Exception {
    assertRefused(
        field, () -> api.jobs().startJob(StartJobRequest.newBuilder().setSpec(spec).build()));

    assertThat(api.jobs().listJobs(ListJobsRequest.getDefaultInstance()).getJobsList())
        .as("jobs after %s", what)
        .isEmpty();
  }

  @Test
  void unknownEnumValuesAreRefused() throws Exception {
    assertRefused(
        "phases",
        () ->
            api.jobs()
                .listJobs(ListJobsRequest.newBuilder().addPhasesValue(NO_SUCH_ENUM_VALUE).build()));
    assertRefused(
        "streams",
        () ->
            api.jobs()
                .streamOutput(
                    StreamOutputRequest.newBuilder()
                        .setJob("00000000-0000-4000-8000-000000000000")
                        .addStreamsValue(NO_SUCH_ENUM_VALUE)
                        .build())
                .hasNext());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start --memory 0",
        "start --write-iops sda:0",
        "start --label /=b",
        "start --timeout 106751d",
        "logs --tail -1",
        "stop --grace 25h",
        "list --name ../up",
      })
  void aBadValueIsToldInTheWordsOfItsOption(String line) throws Exception {
    Jobctl bob = server.as("bob", "user");
    if (bob.run("status", "@last").exitCode() != 0) {
      bob.startJob("--", "true");
    }
    String[] words = line.split(" ");
    List<String> command = new ArrayList<>(List.of(words));
    switch (words[0]) {
      case "start" -> command.addAll(List.of("--", "true"));
      case "logs", "stop" -> command.add("@last");
      default -> {}
    }

    String told = bob.run(command.toArray(String[]::new)).failedWith(2).err();

    assertThat(told)
        .contains(words[1] + " ")
        .doesNotContain("limits.")
        .doesNotContainPattern("[a-z]_[a-z]");
  }

  private static void assertRefused(String field, Executable call)
      throws InvalidProtocolBufferException {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call);
    assertThat(refusal.getStatus().getCode())
        .as("%s", refusal)
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(violatedFields(refusal)).singleElement().asString().startsWith(field);
  }

  private static List<String> violatedFields(StatusRuntimeException refusal)
      throws InvalidProtocolBufferException {
    com.google.rpc.Status status = StatusProto.fromThrowable(refusal);
    assertThat(status).isNotNull();
    for (Any detail : status.getDetailsList()) {
      if (detail.is(BadRequest.class)) {
        return detail.unpack(BadRequest.class).getFieldViolationsList().stream()
            .map(BadRequest.FieldViolation::getField)
            .toList();
      }
    }
    return List.of();
  }
}
