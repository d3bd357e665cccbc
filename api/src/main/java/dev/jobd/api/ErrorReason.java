package dev.jobd.api;

import io.grpc.Status;

/**
 * Why a call failed, in one word that programs can rely on; the {@code reason} of
 * google.rpc.ErrorInfo.
 */
public enum ErrorReason {
  /** No such job, or none that the caller may see: the two are the same. */
  JOB_NOT_FOUND(Status.Code.NOT_FOUND),
  /** The caller's role lacks the permission. */
  PERMISSION_DENIED(Status.Code.PERMISSION_DENIED),
  /** A field of the request is wrong; google.rpc.BadRequest names it. */
  INVALID_FIELD(Status.Code.INVALID_ARGUMENT),
  /** A live job of the caller has the name. */
  NAME_IN_USE(Status.Code.ALREADY_EXISTS),
  /** The request id stands for a job of the caller's that was asked for in another way. */
  REQUEST_ID_REUSED(Status.Code.ALREADY_EXISTS),
  /** The job is recorded as failed: its command could not be executed. */
  START_FAILED(Status.Code.FAILED_PRECONDITION),
  /**
   * Nothing was started and nothing recorded, and another try may succeed. RESOURCE_EXHAUSTED where
   * it is known what this host has run out of.
   */
  START_REFUSED(Status.Code.UNAVAILABLE),
  /** The job lives, and what was asked for takes an ended one. */
  JOB_RUNNING(Status.Code.FAILED_PRECONDITION),
  /** The job has ended, and what was asked for takes one that runs. */
  JOB_ENDED(Status.Code.FAILED_PRECONDITION),
  /** A limit cannot be set on the job as it is now; google.rpc.BadRequest names the field. */
  LIMIT_REFUSED(Status.Code.FAILED_PRECONDITION),
  /**
   * A change of limits is neither made nor undone, and may hold in part. The job's record tells
   * when it is; asking again settles it.
   */
  LIMITS_UNSETTLED(Status.Code.ABORTED),
  /** The job's output was let go; its record is there. */
  OUTPUT_EXPIRED(Status.Code.FAILED_PRECONDITION),
  /** The job was started without an open stdin. */
  STDIN_CLOSED(Status.Code.FAILED_PRECONDITION),
  /** Another call sends the job's input now. */
  INPUT_REPLACED(Status.Code.ABORTED),
  /** The reference fits several jobs. */
  AMBIGUOUS_JOB(Status.Code.FAILED_PRECONDITION),
  /** The caller's live jobs, or those of all, take as much as they may; nothing was started. */
  QUOTA_EXCEEDED(Status.Code.RESOURCE_EXHAUSTED),
  /** The caller, or all callers, have as much under way as the server takes. */
  TOO_MANY_CALLS(Status.Code.RESOURCE_EXHAUSTED),
  /** The certificate names no caller. */
  UNAUTHENTICATED(Status.Code.UNAUTHENTICATED),
  /** The server's own fault; the incident id leads to its log. */
  INTERNAL(Status.Code.INTERNAL);

  private final Status.Code code;

  ErrorReason(Status.Code code) {
    this.code = code;
  }

  /** The gRPC status that a failure for this reason ends with. */
  public Status.Code code() {
    return code;
  }
}
