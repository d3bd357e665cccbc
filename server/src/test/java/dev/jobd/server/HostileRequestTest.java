package dev.jobd.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import dev.jobd.api.ErrorDetails;
import dev.jobd.api.ErrorReason;
import dev.jobd.api.v1.DeleteJobRequest;
import dev.jobd.api.v1.InputEnd;
import dev.jobd.api.v1.IoLimit;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Requests of few bytes that would take much memory as messages, to the real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRequestTest {
  private static final int HUGE = 1_450_000;

  private TestServer server;
  private ManagedChannel channel;
  private Client mallory;

  @BeforeAll
  void start() throws Exception {
    server = TestServer.start();
    channel = server.connect("mallory", "admin");
    mallory = new Client(channel);
  }

  @AfterAll
  void end() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  /** Groups in groups of an unknown field: a hundred times the memory of their bytes. */
  private static byte[] nestedGroups(int bytes) {
    ByteArrayOutputStream nested = new ByteArrayOutputStream();
    while (nested.size() < bytes) {
      nested.writeBytes(repeated(0x7b, 90));
      nested.writeBytes(new byte[] {0x78, 0x01});
      nested.writeBytes(repeated(0x7c, 90));
    }
    return nested.toByteArray();
  }

  private static byte[] repeated(int value, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** One field that is {@code content}, by its number. */
  private static byte[] field(int number, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeByteArray(number, content);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Test
  void unknownFieldsAreRefusedBeforeAnythingIsMadeOfThem() throws Exception {
    TestServer.Traces before = server.traces();
    ErrorDetails start = Raw.call(channel, JobServiceGrpc.getStartJobMethod(), nestedGroups(HUGE));
    assertThat(start.reason()).contains(ErrorReason.INVALID_FIELD);
    assertThat(start.message())
        .isEqualTo(
            "request: must not hold field 15 of wire type 3, which this server does not know: is it"
                + " older than its client?");
    ErrorDetails knownNumber =
        Raw.call(channel, JobServiceGrpc.getStartJobMethod(), repeated(0x0b, HUGE));
    assertThat(knownNumber.message()).startsWith("request: must not hold field 1 of wire type 3");
    assertThat(server.traces()).isEqualTo(before);
  }

  @Test
  void aLimitThatOnlyANewerClientKnowsIsRefusedByItsPlace() throws Exception {
    TestServer.Traces before = server.traces();
    Limits newer =
        Limits.newBuilder()
            .setPids(10)
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> mallory.start(JobSpec.newBuilder().addArgv("true").setLimits(newer)));
    assertThat(ErrorDetails.of(refusal).reason()).contains(ErrorReason.INVALID_FIELD);
    assertThat(ErrorDetails.of(refusal).violations().getFirst().field()).isEqualTo("spec.limits");
    assertThat(server.traces()).isEqualTo(before);
  }

  @Test
  void moreFieldsThanAnyValidStartHasAreRefused() throws Exception {
    TestServer.Traces before = server.traces();
    Limits limits =
        Limits.newBuilder()
            .addAllIo(Collections.nCopies(HUGE / 2, IoLimit.getDefaultInstance()))
            .build();
    StartJobRequest start =
        StartJobRequest.newBuilder()
            .setSpec(JobSpec.newBuilder().addArgv("true").setLimits(limits))
            .build();
    ErrorDetails refusal =
        Raw.call(channel, JobServiceGrpc.getStartJobMethod(), start.toByteArray());
    assertThat(refusal.reason()).contains(ErrorReason.INVALID_FIELD);
    assertThat(refusal.message()).isEqualTo("request: must hold at most 25000 fields");
    assertThat(server.traces()).isEqualTo(before);
  }

  @Test
  void theLargestValidStartIsNotRefused() {
    JobSpec.Builder spec = JobSpec.newBuilder().addArgv("true");
    for (int i = 0; i < 8191; i++) {
      spec.putEnv("VARIABLE_" + i, "x".repeat(100));
    }
    for (int i = 0; i < 32; i++) {
      spec.putLabels("k" + i, "x".repeat(256));
    }
    assertThat(mallory.await(mallory.start(spec)).getVerdict().getExited().getCode()).isZero();
  }

  @Test
  void everyMethodButStartJobTakesLittle() throws Exception {
    for (MethodDescriptor<?, ?> method :
        List.of(
            JobServiceGrpc.getStopJobMethod(),
            JobServiceGrpc.getGetJobMethod(),
            JobServiceGrpc.getListJobsMethod(),
            JobServiceGrpc.getWaitJobMethod(),
            JobServiceGrpc.getStreamOutputMethod(),
            JobServiceGrpc.getDeleteJobMethod(),
            ServerServiceGrpc.getGetServerInfoMethod(),
            ServerServiceGrpc.getWhoAmIMethod(),
            HealthGrpc.getCheckMethod(),
            HealthGrpc.getWatchMethod(),
            ServerReflectionGrpc.getServerReflectionInfoMethod())) {
      for (int size : List.of(HUGE, 16_385)) {
        ErrorDetails refusal = Raw.call(channel, method, repeated(1, size));
        assertThat(refusal.code()).as("%s", method).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.message())
            .isEqualTo(
                "the request is too large: " + method.getBareMethodName() + " takes 16384 bytes");
      }
    }
    ErrorDetails more = Raw.call(channel, JobServiceGrpc.getStartJobMethod(), repeated(1, 3 << 19));
    assertThat(more.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    ErrorDetails most =
        Raw.call(channel, JobServiceGrpc.getStartJobMethod(), repeated(1, (3 << 19) + 1));
    assertThat(most.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aStreamOfOutputIsNotAskedForByAMillionStreams() throws Exception {
    byte[] streams = field(2, repeated(1, HUGE));
    ErrorDetails refusal = Raw.call(channel, JobServiceGrpc.getStreamOutputMethod(), streams);
    assertThat(refusal.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void whatIsNoMessageIsTheClientsFault() throws Exception {
    for (byte[] garbage :
        List.of(new byte[] {0x0a, 0x7f}, new byte[] {0x0a, 0x01, (byte) 0xff}, new byte[] {0})) {
      ErrorDetails refusal = Raw.call(channel, JobServiceGrpc.getGetJobMethod(), garbage);
      assertThat(refusal.reason()).contains(ErrorReason.INVALID_FIELD);
      assertThat(refusal.message()).startsWith("request: must be a message as GetJob takes it: ");
    }
  }

  @Test
  void inputThatIsNoneEndsItsCallAndNothingElse() throws Exception {
    Job job = mallory.start(JobSpec.newBuilder().addArgv("cat").setOpenStdin(true));
    byte[] first = SendInputRequest.newBuilder().setJob(job.getId()).build().toByteArray();
    for (byte[] second :
        List.of(nestedGroups(60_000), nestedGroups(HUGE), field(3, repeated(1, HUGE)))) {
      Raw<?> call = Raw.open(channel, JobServiceGrpc.getSendInputMethod(), first);
      call.answered.get(TestServer.BOUND_SECONDS, SECONDS);
      call.send(second);
      assertThat(call.failure().code())
          .isEqualTo(
              second.length < 64 << 10
                  ? Status.Code.INVALID_ARGUMENT
                  : Status.Code.RESOURCE_EXHAUSTED);
    }
    try (InputClient input = new InputClient(channel, job.getId())) {
      assertThat(input.next().getTaken()).isZero();
      input.send(0, new byte[] {'x'}, true);
      assertThat(input.last().getEnd()).isEqualTo(InputEnd.INPUT_END_COMPLETE);
    }
    assertThat(mallory.follow(job).bytes()).containsExactly('x');
  }

  @Test
  void aStreamTellsALargeJobAtItsEndUnlessThatIsDeletedMeanwhile() {
    JobSpec.Builder spec =
        JobSpec.newBuilder()
            .addAllArgv(List.of("sh", "-c", "head -c 20000000 /dev/zero"))
            .putEnv("V", "x".repeat(10_000));
    Job job = mallory.start(spec);
    Iterator<StreamOutputResponse> slow = mallory.stream(job);
    assertThat(slow.next().getChunk().getData()).isNotEqualTo(ByteString.EMPTY);
    assertThat(mallory.await(job).getVerdict().getExited().getCode()).isZero();
    assertThat(mallory.follow(job).job().getSpec()).isEqualTo(job.getSpec());

    mallory.stub().deleteJob(DeleteJobRequest.newBuilder().setJob(job.getId()).build());
    StatusRuntimeException gone =
        catchThrowableOfType(StatusRuntimeException.class, () -> slow.forEachRemaining(_ -> {}));
    assertThat(ErrorDetails.of(gone).reason()).contains(ErrorReason.JOB_NOT_FOUND);
  }

  /** A call whose requests are bytes, compressed. */
  private static final class Raw<A> extends ClientCall.Listener<A> {
    private final CompletableFuture<A> answered = new CompletableFuture<>();
    private final CompletableFuture<ErrorDetails> closed = new CompletableFuture<>();
    private final ClientCall<byte[], A> call;

    private Raw(ClientCall<byte[], A> call) {
      this.call = call;
    }

    static <A> Raw<A> open(ManagedChannel channel, MethodDescriptor<?, A> method, byte[] request) {
      Raw<A> raw =
          new Raw<>(
              channel.newCall(
                  method.toBuilder(new Bytes(), method.getResponseMarshaller()).build(),
                  CallOptions.DEFAULT.withCompression("gzip")));
      raw.call.start(raw, new Metadata());
      raw.call.request(Integer.MAX_VALUE);
      raw.send(request);
      return raw;
    }

    /** How a call fails. */
    static ErrorDetails call(ManagedChannel channel, MethodDescriptor<?, ?> method, byte[] request)
        throws Exception {
      Raw<?> raw = open(channel, method, request);
      if (method.getType() != MethodType.BIDI_STREAMING) {
        raw.call.halfClose();
      }
      return raw.failure();
    }

    void send(byte[] request) {
      call.sendMessage(request);
    }

    ErrorDetails failure() throws Exception {
      return closed.get(TestServer.BOUND_SECONDS, SECONDS);
    }

    @Override
    public void onMessage(A message) {
      answered.complete(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      closed.complete(ErrorDetails.of(status.asRuntimeException(trailers)));
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("requests are not answers");
    }
  }
}
