package dev.jobd.server.rpc;

import dev.jobd.api.Errors;
import dev.jobd.api.v1.DeleteJobRequest;
import dev.jobd.api.v1.DeleteJobResponse;
import dev.jobd.api.v1.GetJobRequest;
import dev.jobd.api.v1.GetJobResponse;
import dev.jobd.api.v1.JobServiceGrpc;
import dev.jobd.api.v1.ListJobsRequest;
import dev.jobd.api.v1.ListJobsResponse;
import dev.jobd.api.v1.StartJobRequest;
import dev.jobd.api.v1.StartJobResponse;
import dev.jobd.api.v1.StopJobRequest;
import dev.jobd.api.v1.StopJobResponse;
import dev.jobd.api.v1.StreamOutputRequest;
import dev.jobd.api.v1.UpdateLimitsRequest;
import dev.jobd.api.v1.UpdateLimitsResponse;
import dev.jobd.api.v1.WaitJobRequest;
import dev.jobd.api.v1.WaitJobResponse;
import dev.jobd.server.auth.Action;
import dev.jobd.server.auth.Caller;
import dev.jobd.server.auth.JobAccess;
import dev.jobd.worker.Job;
import dev.jobd.worker.LaunchException;
import dev.jobd.worker.LimitChange;
import dev.jobd.worker.LimitsUnsettledException;
import dev.jobd.worker.StopRequest;
import dev.jobd.worker.Worker;
import dev.jobd.worker.model.InvalidSpecException;
import dev.jobd.worker.model.JobQuery;
import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobSpec;
import dev.jobd.worker.model.Limits;
import dev.jobd.worker.model.Page;
import dev.jobd.worker.model.ReadRequest;
import dev.jobd.worker.model.RequestId;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Jobs over gRPC: start, watch, stop, delete. Its methods block and want threads that may. */
public final class JobRpc implements JobServiceGrpc.AsyncService, BindableService {
  private static final Set<MethodDescriptor<?, ?>> STREAMS =
      Set.of(JobServiceGrpc.getStreamOutputMethod(), JobServiceGrpc.getSendInputMethod());

  private final Worker worker;
  private final JobAccess access;
  private final LiveUsage usage;
  private final CallThreads threads;
  private final CompletableFuture<Void> serverEnds;
  private final JobLog log = new JobLog();

  /**
   * @param jobsWithUsage on one page at most
   * @param threads for what is left of a call when its job has moved on
   * @param serverEnds completes when what waits for a job is to fail as unavailable
   */
  public JobRpc(
      Worker worker,
      JobAccess access,
      int jobsWithUsage,
      CallThreads threads,
      CompletableFuture<Void> serverEnds) {
    this.worker = worker;
    this.access = access;
    this.usage = new LiveUsage(worker, jobsWithUsage);
    this.threads = threads;
    this.serverEnds = serverEnds;
  }

  /**
   * The generated definition with {@link StreamOutputHandler} and {@link SendInputHandler} in place
   * of the observers.
   */
  @Override
  public ServerServiceDefinition bindService() {
    ServerServiceDefinition generated = JobServiceGrpc.bindService(this);
    var service = ServerServiceDefinition.builder(generated.getServiceDescriptor());
    for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
      if (!STREAMS.contains(method.getMethodDescriptor())) {
        service.addMethod(method);
      }
    }
    service.addMethod(
        JobServiceGrpc.getStreamOutputMethod(),
        new StreamOutputHandler(this::openOutput, threads, serverEnds));
    service.addMethod(
        JobServiceGrpc.getSendInputMethod(),
        new SendInputHandler(
            job -> access.resolve(Caller.current(), job, Action.SEND_INPUT), threads, serverEnds));
    return service.build();
  }

  @Override
  public void startJob(StartJobRequest request, StreamObserver<StartJobResponse> call) {
    Answer.now(
        call,
        () -> {
          Job job = start(Caller.current(), Requests.requestId(request), Requests.spec(request));
          return StartJobResponse.newBuilder().setJob(JobWire.write(job.record())).build();
        });
  }

  private Job start(Caller caller, @Nullable RequestId requestId, JobSpec spec)
      throws LaunchException {
    try {
      return requestId == null
          ? worker.start(caller.owner(), spec)
          : worker.start(caller.owner(), spec, requestId);
    } catch (InvalidSpecException e) {
      throw Requests.within("spec", e);
    } catch (IOException e) {
      throw Failures.startRefused(e);
    }
  }

  @Override
  public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> call) {
    Answer.now(
        call,
        () -> {
          Job job = access.resolve(Caller.current(), request.getJob(), Action.READ);
          return GetJobResponse.newBuilder()
              .setJob(request.getWithUsage() ? LiveUsage.write(job) : JobWire.write(job.record()))
              .build();
        });
  }

  @Override
  public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> call) {
    Answer.now(
        call,
        () -> {
          JobQuery query = access.visible(Caller.current(), Requests.query(request));
          if (!request.getWithUsage()) {
            Page<JobRecord> page = worker.list(query);
            return answer(page, page.items().stream().map(JobWire::write).toList());
          }
          Page<JobRecord> page = usage.list(query);
          return answer(page, usage.write(page.items()));
        });
  }

  private static ListJobsResponse answer(Page<JobRecord> page, List<dev.jobd.api.v1.Job> jobs) {
    return ListJobsResponse.newBuilder()
        .addAllJobs(jobs)
        .setNextPageToken(page.nextToken() == null ? "" : page.nextToken())
        .build();
  }

  @Override
  public void waitJob(WaitJobRequest request, StreamObserver<WaitJobResponse> call) {
    Answer.atEnd(
        call,
        () -> access.resolve(Caller.current(), request.getJob(), Action.READ),
        ended -> WaitJobResponse.newBuilder().setJob(JobWire.write(ended)).build(),
        threads.calls(),
        serverEnds);
  }

  @Override
  public void stopJob(StopJobRequest request, StreamObserver<StopJobResponse> call) {
    Answer.atEnd(
        call,
        () -> {
          Caller caller = Caller.current();
          StopRequest stop = Requests.stop(request, caller.user());
          Job job = access.resolve(caller, request.getJob(), Action.STOP);
          job.stop(stop);
          return job;
        },
        ended -> StopJobResponse.newBuilder().setJob(JobWire.write(ended)).build(),
        threads.calls(),
        serverEnds);
  }

  @Override
  public void updateLimits(UpdateLimitsRequest request, StreamObserver<UpdateLimitsResponse> call) {
    Answer.now(
        call,
        () -> {
          Caller caller = Caller.current();
          Limits asked = Requests.limits(request);
          Job job = access.resolve(caller, request.getJob(), Action.LIMIT);
          changeLimits(caller, job, asked);
          return UpdateLimitsResponse.newBuilder().setJob(JobWire.write(job.record())).build();
        });
  }

  private void changeLimits(Caller caller, Job job, Limits asked) throws IOException {
    try {
      LimitChange change = worker.changeLimits(job, asked);
      if (change.isAny()) {
        log.limited(caller, job, change);
      }
    } catch (LimitsUnsettledException e) {
      log.limitsUnsettled(caller, job.record(), e);
      throw e;
    }
  }

  @Override
  public void deleteJob(DeleteJobRequest request, StreamObserver<DeleteJobResponse> call) {
    Answer.now(
        call,
        () -> {
          Caller caller = Caller.current();
          JobRecord job = access.resolveRecord(caller, request.getJob(), Action.DELETE);
          if (!worker.delete(job.id())) {
            throw Errors.jobNotFound(request.getJob()); // somebody else was faster
          }
          log.deleted(caller, job);
          return DeleteJobResponse.getDefaultInstance();
        });
  }

  private OutputSource openOutput(StreamOutputRequest request) {
    ReadRequest read = Requests.read(request);
    Job job = access.resolve(Caller.current(), request.getJob(), Action.READ);
    return new JobOutput(job, read, worker::find);
  }
}
