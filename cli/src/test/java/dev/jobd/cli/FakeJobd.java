package dev.jobd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.jobd.api.Errors;
import dev.jobd.api.v1.DeleteJobRequest;
import dev.jobd.api.v1.DeleteJobResponse;
import dev.jobd.api.v1.GetJobRequest;
import dev.jobd.api.v1.GetJobResponse;
import dev.jobd.api.v1.Job;
import dev.jobd.api.v1.JobPhase;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.JobSpec;
import dev.jobd.api.v1.KillCause;
import dev.jobd.api.v1.Limits;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.ListJobsResponse;
import dev.jobd.api.v1.QuotaUse;
import dev.jobd.api.v1.SendInputRequest;
import dev.jobd.api.v1.SendInputResponse;
import dev.jobd.api.v1.ServerServiceGrpc;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StartJobResponse;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StopJobResponse;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.StreamOutputResponse;
import dev.jobd.api.v1.UpdateLimitsRequest;
import dev.jobd.api.v1.UpdateLimitsResponse;
import dev.jobd.api.v1.Verdict;
import dev.jobd.api.v1.WaitJobRequest;
import dev.jobd.api.v1.WaitJobResponse;
import dev.jobd.api.v1.WhoAmIRequest;
import dev.jobd.api.v1.WhoAmIResponse;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Answers jobctl's calls on the loopback as jobd would, without running anything: a job does what
 * the test says. Plain text, so no test of the client's commands needs certificates.
 */
final class FakeJobd implements AutoCloseable {
  final List<JobSpec> started = new ArrayList<>();
  final List<StopJobRequest> stops = new ArrayList<>();
  final List<StreamOutputRequest> reads = new ArrayList<>();
  final List<ListJobsRequest> lists = new ArrayList<>();
  final List<UpdateLimitsRequest> limitRequests = new ArrayList<>();
  final Map<String, Job> jobs = new LinkedHashMap<>();

  final FakeInput input = new FakeInput();
  final FakeOutput output = new FakeOutput();

  /** What the server makes of the limits that a job asks for. */
  UnaryOperator<Limits> limitJudge = asked -> asked;

  /** How every job ends, at once; with {@code null} it runs until it is stopped. */
  @Nullable Verdict verdict = exited(0);

  @Nullable StatusRuntimeException startFailure;
  @Nullable StatusRuntimeException stopFailure;
  @Nullable StatusRuntimeException limitFailure;

  /** Whether jobs take no notice of a stop's signal, and are killed after its grace. */
  volatile boolean heedless;

  @Nullable StatusRuntimeException readFailure;

  /** One for each call to stop and to read, whatever came of it. */
  private final Semaphore heard = new Semaphore(0);

  List<QuotaUse> quotas = List.of();
  List<String> permissions = List.of("start", "stop:own", "read:own");
  final CountDownLatch followed = new CountDownLatch(1);

  /** How many calls to start end without an answer, and the server with them. */
  int startsToLose;

  final List<StartJobRequest> startRequests = new ArrayList<>();
  private final CyclicBarrier lost = new CyclicBarrier(2);
  private final int port;
  private Server server;
  private @Nullable StreamObserver<StreamOutputResponse> follower;

  private FakeJobd() throws IOException {
    port = LastingPort.find();
    server = serve(port);
  }

  private Server serve(int port) throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .addService(new Jobs())
        .addService(new Info())
        .build()
        .start();
  }

  /** As by kill -9: no call gets an answer any more. What it knows stays. */
  void goAway() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  void comeBack() throws IOException {
    server = serve(port);
  }

  /** Waits until a call to start was taken that gets no answer. */
  void awaitLostStart() throws Exception {
    lost.await(20, TimeUnit.SECONDS);
  }

  /** Waits until so many more calls to stop or to read have come. */
  void awaitHeard(int calls) throws InterruptedException {
    assertThat(heard.tryAcquire(calls, 20, TimeUnit.SECONDS)).isTrue();
  }

  synchronized void failReads(@Nullable StatusRuntimeException failure) {
    readFailure = failure;
  }

  synchronized void failStops(@Nullable StatusRuntimeException failure) {
    stopFailure = failure;
  }

  static FakeJobd start() throws IOException {
    return new FakeJobd();
  }

  int port() {
    return port;
  }

  synchronized void add(Job job) {
    jobs.put(job.getId(), job);
  }

  static Verdict exited(int code) {
    return Verdict.newBuilder().setExited(Verdict.Exited.newBuilder().setCode(code)).build();
  }

  static Verdict killed(int signal) {
    return Verdict.newBuilder()
        .setKilled(
            Verdict.Killed.newBuilder()
                .setSignal(signal)
                .setCause(KillCause.KILL_CAUSE_STOP_REQUEST))
        .build();
  }

  static Job running(String id, String name) {
    return Job.newBuilder()
        .setId(id)
        .setOwner("alice")
        .setSpec(JobSpec.newBuilder().setName(name).addArgv("sleep").addArgv("60"))
        .setPhase(JobPhase.JOB_PHASE_RUNNING)
        .setPid(4711)
        .setStartTime(Timestamp.newBuilder().setSeconds(1643018400))
        .build();
  }

  static Job ended(Job job, Verdict verdict) {
    return job.toBuilder()
        .setPhase(JobPhase.JOB_PHASE_ENDED)
        .setEndTime(Timestamp.newBuilder().setSeconds(1643018460))
        .setVerdict(verdict)
        .build();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private Job find(String reference) {
    for (Job job : jobs.values()) {
      if (job.getId().startsWith(reference) || job.getSpec().getName().equals(reference)) {
        return job;
      }
    }
    throw Errors.jobNotFound(reference);
  }

  private static <T> void answer(StreamObserver<T> observer, T response) {
    observer.onNext(response);
    observer.onCompleted();
  }

  private final class Jobs extends JobServiceGrpc.JobServiceImplBase {
    @Override
    public void startJob(StartJobRequest request, StreamObserver<StartJobResponse> observer) {
      synchronized (FakeJobd.this) {
        if (startFailure != null) {
          observer.onError(startFailure);
          return;
        }
        startRequests.add(request);
        if (startsToLose > 0) {
          startsToLose--;
          loseThisCall();
          return;
        }
        started.add(request.getSpec());
        String id = "8de11b74-5cd9-4769-b40d-%012d".formatted(started.size());
        JobSpec.Builder spec = request.getSpec().toBuilder();
        spec.setLimits(limitJudge.apply(spec.getLimits()));
        Job job = running(id, "").toBuilder().setSpec(spec).build();
        jobs.put(id, verdict == null ? job : ended(job, verdict));
        answer(observer, StartJobResponse.newBuilder().setJob(job).build());
      }
    }

    @Override
    public void stopJob(StopJobRequest request, StreamObserver<StopJobResponse> observer) {
      synchronized (FakeJobd.this) {
        stops.add(request);
        heard.release();
        if (stopFailure != null) {
          observer.onError(stopFailure);
          return;
        }
        try {
          Job job =
              ended(
                  find(request.getJob()),
                  killed(heedless || !request.hasSignal() ? 9 : request.getSignal()));
          jobs.put(job.getId(), job);
          if (follower != null) {
            answer(follower, end(job));
            follower = null;
          }
          answer(observer, StopJobResponse.newBuilder().setJob(job).build());
        } catch (StatusRuntimeException e) {
          observer.onError(e);
        }
      }
    }

    @Override
    public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> observer) {
      synchronized (FakeJobd.this) {
        try {
          Job.Builder job = find(request.getJob()).toBuilder();
          if (job.getPhase() != JobPhase.JOB_PHASE_ENDED && !request.getWithUsage()) {
            job.clearOutputBytes();
          }
          answer(observer, GetJobResponse.newBuilder().setJob(job).build());
        } catch (StatusRuntimeException e) {
          observer.onError(e);
        }
      }
    }

    @Override
    public void waitJob(WaitJobRequest request, StreamObserver<WaitJobResponse> observer) {
      synchronized (FakeJobd.this) {
        try {
          answer(observer, WaitJobResponse.newBuilder().setJob(find(request.getJob())).build());
        } catch (StatusRuntimeException e) {
          observer.onError(e);
        }
      }
    }

    /** Pages of two, whatever was asked for, so that few jobs make several. */
    @Override
    public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> observer) {
      synchronized (FakeJobd.this) {
        lists.add(request);
        List<Job> all = List.copyOf(jobs.values());
        int from = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
        int to = Math.min(all.size(), from + Math.min(2, request.getPageSize()));
        answer(
            observer,
            ListJobsResponse.newBuilder()
                .addAllJobs(all.subList(from, to))
                .setNextPageToken(to < all.size() ? Integer.toString(to) : "")
                .build());
      }
    }

    @Override
    public void updateLimits(
        UpdateLimitsRequest request, StreamObserver<UpdateLimitsResponse> observer) {
      synchronized (FakeJobd.this) {
        limitRequests.add(request);
        try {
          if (limitFailure != null) {
            throw limitFailure;
          }
          Job.Builder job = find(request.getJob()).toBuilder();
          job.getSpecBuilder().getLimitsBuilder().mergeFrom(request.getLimits());
          answer(observer, UpdateLimitsResponse.newBuilder().setJob(job).build());
        } catch (StatusRuntimeException e) {
          observer.onError(e);
        }
      }
    }

    @Override
    public void streamOutput(
        StreamOutputRequest request, StreamObserver<StreamOutputResponse> observer) {
      synchronized (FakeJobd.this) {
        reads.add(request);
        heard.release();
        try {
          if (readFailure != null) {
            throw readFailure;
          }
          Job job = find(request.getJob());
          output.of(request).forEach(observer::onNext);
          if (job.getPhase() == JobPhase.JOB_PHASE_ENDED || !request.getFollow()) {
            answer(observer, end(job));
          } else {
            ((ServerCallStreamObserver<?>) observer)
                .setOnCancelHandler(() -> {}); // and told no more
            follower = observer;
          }
          followed.countDown();
        } catch (StatusRuntimeException e) {
          observer.onError(e);
        }
      }
    }

    @Override
    public StreamObserver<SendInputRequest> sendInput(StreamObserver<SendInputResponse> observer) {
      return input.call(observer);
    }

    @Override
    public void deleteJob(DeleteJobRequest request, StreamObserver<DeleteJobResponse> observer) {
      synchronized (FakeJobd.this) {
        try {
          Job job = find(request.getJob());
          if (job.getPhase() != JobPhase.JOB_PHASE_ENDED) {
            throw Errors.jobRunning(job.getId());
          }
          jobs.remove(job.getId());
          answer(observer, DeleteJobResponse.getDefaultInstance());
        } catch (StatusRuntimeException e) {
          observer.onError(e);
        }
      }
    }

    private void loseThisCall() {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  goAway();
                  awaitLostStart();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
    }

    private static StreamOutputResponse end(Job job) {
      return StreamOutputResponse.newBuilder()
          .setEnd(StreamOutputResponse.End.newBuilder().setJob(job))
          .build();
    }
  }

  private final class Info extends ServerServiceGrpc.ServerServiceImplBase {
    @Override
    public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> observer) {
      answer(
          observer,
          WhoAmIResponse.newBuilder()
              .setUser("alice")
              .setRole("user")
              .addAllPermissions(permissions)
              .addAllQuotas(quotas)
              .build());
    }
  }
}
