package dev.jobd.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.jobd.api.v1.IoLimit;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.OutputStream;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.OutputStreamKind;
import dev.jobd.worker.model.Owner;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.RequestId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Every wrong field is refused by its path in the API. */
class RequestsTest {
  private static final int UNKNOWN = 99;

  @Test
  void startNamesWhatIsWrongWithTheSpecification() {
    refusesStart("spec.argv", spec -> spec.clearArgv());
    refusesStart("spec.argv[0]", spec -> spec.setArgv(0, ""));
    refusesStart("spec.argv[1]", spec -> spec.addArgv("a\0b"));
    refusesStart("spec.argv[1]", spec -> spec.addArgv("x".repeat(131_072)));
    refusesStart(
        "spec.argv", spec -> IntStream.range(0, 9).forEach(i -> spec.addArgv("x".repeat(131_071))));
    refusesStart("spec.argv", spec -> IntStream.range(0, 8192).forEach(i -> spec.addArgv("")));
    refusesStart("spec.env", spec -> spec.putEnv("", "x"));
    refusesStart("spec.env", spec -> spec.putEnv("A=B", "x"));
    refusesStart("spec.env[A]", spec -> spec.putEnv("A", "\0"));
    refusesStart("spec.working_directory", spec -> spec.setWorkingDirectory("tmp"));
    refusesStart("spec.working_directory", spec -> spec.setWorkingDirectory("/\0"));
    refusesStart("spec.name", spec -> spec.setName("../escape"));
    refusesStart("spec.name", spec -> spec.setName("-option"));
    refusesStart("spec.labels", spec -> spec.putLabels("a b", "x"));
    refusesStart("spec.labels[a]", spec -> spec.putLabels("a", "\n"));
    refusesStart("spec.labels[a]", spec -> spec.putLabels("a", "x".repeat(257)));
    refusesStart(
        "spec.labels", spec -> IntStream.range(0, 33).forEach(i -> spec.putLabels("l" + i, "")));
  }

  @Test
  void startNamesTheLimitThatIsWrong() {
    refusesLimit("spec.limits.cpu_millis", limits -> limits.setCpuMillis(0));
    refusesLimit("spec.limits.cpu_millis", limits -> limits.setCpuMillis(-1));
    refusesLimit("spec.limits.memory_bytes", limits -> limits.setMemoryBytes(0));
    refusesLimit("spec.limits.memory_bytes", limits -> limits.setMemoryBytes(Long.MIN_VALUE));
    refusesLimit("spec.limits.pids", limits -> limits.setPids(0));
    refusesLimit("spec.limits.pids", limits -> limits.setPids(Long.MAX_VALUE));
    refusesLimit("spec.limits.cpu_weight", limits -> limits.setCpuWeight(0));
    refusesLimit("spec.limits.cpu_weight", limits -> limits.setCpuWeight(10_001));
    refusesLimit("spec.limits.cpuset", limits -> limits.setCpuset(""));
    refusesLimit("spec.limits.cpuset", limits -> limits.setCpuset("0;1"));
    refusesLimit("spec.limits.nice", limits -> limits.setNice(-1));
    refusesLimit("spec.limits.swap_bytes", limits -> limits.setSwapBytes(-1));
    refusesLimit("spec.limits.io_weight", limits -> limits.setIoWeight(0));
    refusesLimit("spec.limits.io[0].read_bps", limits -> limits.addIoBuilder().setReadBps(0));
    refusesLimit("spec.limits.io[0].device", limits -> limits.addIoBuilder().setDevice("sda"));
    refusesLimit(
        "spec.limits.io[1].write_iops",
        limits ->
            limits.addIo(IoLimit.newBuilder().setReadBps(4096)).addIoBuilder().setWriteIops(0));
    refusesLimit("spec.limits.output_bytes", limits -> limits.setOutputBytes(0));
    refusesLimit("spec.limits.timeout", limits -> limits.setTimeout(duration(0, 0)));
    refusesLimit("spec.limits.timeout", limits -> limits.setTimeout(duration(-1, 0)));
    refusesLimit("spec.limits.timeout", limits -> limits.setTimeout(duration(1, -1)));
    refusesLimit("spec.limits.timeout", limits -> limits.setTimeout(duration(Long.MAX_VALUE, 0)));
  }

  @Test
  void aRequestIdIsTakenOrRefusedByItsName() {
    assertThat(Requests.requestId(start(spec -> {}))).isNull();
    assertThat(Requests.requestId(start(spec -> {}).toBuilder().setRequestId("a-1").build()))
        .isEqualTo(new RequestId("a-1"));
    for (String wrong : List.of("a b", "../a", "x".repeat(65), "\0")) {
      refuses(
          "request_id",
          () -> Requests.requestId(start(spec -> {}).toBuilder().setRequestId(wrong).build()));
    }
  }

  @Test
  void stopKillsAtOnceByDefaultAndTerminatesFirstWithGrace() {
    assertThat(Requests.stop(StopJobRequest.getDefaultInstance(), "bob"))
        .isEqualTo(new StopRequest("bob", 9, java.time.Duration.ZERO));
    assertThat(Requests.stop(stop(r -> r.setGrace(duration(10, 0))), "bob"))
        .isEqualTo(new StopRequest("bob", 15, java.time.Duration.ofSeconds(10)));
    assertThat(Requests.stop(stop(r -> r.setSignal(2)), "bob"))
        .isEqualTo(new StopRequest("bob", 2, java.time.Duration.ZERO));
  }

  @Test
  void stopNamesWhatIsWrong() {
    refuses("signal", () -> Requests.stop(stop(r -> r.setSignal(0)), "bob"));
    refuses("signal", () -> Requests.stop(stop(r -> r.setSignal(65)), "bob"));
    refuses("grace", () -> Requests.stop(stop(r -> r.setGrace(duration(-1, 0))), "bob"));
    refuses("grace", () -> Requests.stop(stop(r -> r.setGrace(duration(86_401, 0))), "bob"));
    refuses("by", () -> Requests.stop(stop(r -> {}), ""));
  }

  @Test
  void streamTakesBothStreamsFromTheBeginningToWhatIsThereByDefault() {
    assertThat(Requests.read(StreamOutputRequest.getDefaultInstance()))
        .isEqualTo(ReadRequest.ALL.withFollow(false));
    ReadRequest some =
        Requests.read(
            StreamOutputRequest.newBuilder()
                .addStreams(OutputStream.OUTPUT_STREAM_STDERR)
                .addStreams(OutputStream.OUTPUT_STREAM_STDERR)
                .setOffset(7)
                .setTailLines(0)
                .setSince(timestamp(1, 2))
                .setUntil(timestamp(3, 4))
                .setFollow(true)
                .build());
    assertThat(some)
        .isEqualTo(
            new ReadRequest(
                7,
                Instant.ofEpochSecond(1, 2),
                Instant.ofEpochSecond(3, 4),
                0L,
                Set.of(OutputStreamKind.STDERR),
                true));
  }

  @Test
  void streamNamesWhatIsWrong() {
    refusesRead("offset", r -> r.setOffset(-1));
    refusesRead("tail_lines", r -> r.setTailLines(-1));
    refusesRead("since", r -> r.setSince(timestamp(0, -1)));
    refusesRead("since", r -> r.setSince(timestamp(0, 1_000_000_000)));
    refusesRead("since", r -> r.setSince(timestamp(Long.MAX_VALUE, 0)));
    refusesRead("until", r -> r.setUntil(timestamp(Long.MIN_VALUE, 0)));
    refusesRead("until", r -> r.setSince(timestamp(5, 0)).setUntil(timestamp(5, 0)));
    refusesRead(
        "streams[1]",
        r -> r.addStreams(OutputStream.OUTPUT_STREAM_STDOUT).addStreamsValue(UNKNOWN));
    refusesRead("streams[0]", r -> r.addStreams(OutputStream.OUTPUT_STREAM_UNSPECIFIED));
  }

  @Test
  void listTakesAllByDefault() {
    assertThat(Requests.query(ListJobsRequest.getDefaultInstance())).isEqualTo(JobQuery.ALL);
    JobQuery some =
        Requests.query(
            ListJobsRequest.newBuilder()
                .setPageSize(1000)
                .setPageToken("t")
                .addPhases(JobPhase.JOB_PHASE_ENDED)
                .setOwner("bob")
                .putLabels("a", "b")
                .setName("n")
                .build());
    assertThat(some.pageSize()).isEqualTo(1000);
    assertThat(some.pageToken()).isEqualTo("t");
    assertThat(some.phases()).containsExactly(JobQuery.Phase.ENDED);
    assertThat(some.owner()).isEqualTo(new Owner("bob"));
    assertThat(some.labels()).containsEntry("a", "b");
    assertThat(some.name()).isEqualTo("n");
  }

  @Test
  void listNamesWhatIsWrong() {
    refusesList("page_size", r -> r.setPageSize(-1));
    refusesList("page_size", r -> r.setPageSize(1001));
    refusesList("page_token", r -> r.setPageToken("x".repeat(257)));
    refusesList("phases[0]", r -> r.addPhasesValue(UNKNOWN));
    refusesList("phases[0]", r -> r.addPhases(JobPhase.JOB_PHASE_UNSPECIFIED));
    refusesList("owner", r -> r.setOwner("a\nb"));
    refusesList("owner", r -> r.setOwner("\u202eecila"));
    refusesList("name", r -> r.setName("../x"));
    refusesList("labels[a]", r -> r.putLabels("a", "x".repeat(257)));
    refusesList("labels", r -> IntStream.range(0, 33).forEach(i -> r.putLabels("l" + i, "")));
  }

  private static void refusesStart(String field, Consumer<JobSpec.Builder> change) {
    refuses(field, () -> Requests.spec(start(change)));
  }

  private static void refusesLimit(String field, Consumer<Limits.Builder> change) {
    refusesStart(field, spec -> change.accept(spec.getLimitsBuilder()));
  }

  private static void refusesList(String field, Consumer<ListJobsRequest.Builder> change) {
    ListJobsRequest.Builder request = ListJobsRequest.newBuilder();
    change.accept(request);
    refuses(field, () -> Requests.query(request.build()));
  }

  private static void refusesRead(String field, Consumer<StreamOutputRequest.Builder> change) {
    StreamOutputRequest.Builder request = StreamOutputRequest.newBuilder();
    change.accept(request);
    refuses(field, () -> Requests.read(request.build()));
  }

  private static void refuses(String field, ThrowingCallable call) {
    assertThatExceptionOfType(InvalidSpecException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.field()).isEqualTo(field));
  }

  private static StartJobRequest start(Consumer<JobSpec.Builder> change) {
    JobSpec.Builder spec = JobSpec.newBuilder().addArgv("true");
    change.accept(spec);
    return StartJobRequest.newBuilder().setSpec(spec).build();
  }

  private static StopJobRequest stop(Consumer<StopJobRequest.Builder> change) {
    StopJobRequest.Builder request = StopJobRequest.newBuilder().setJob("j");
    change.accept(request);
    return request.build();
  }

  private static Duration duration(long seconds, int nanos) {
    return Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  private static Timestamp timestamp(long seconds, int nanos) {
    return Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }
}
