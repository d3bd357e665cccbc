/**
 * The gRPC services: thin. A request is read and validated by {@link dev.jobd.server.rpc.Requests},
 * the caller's right to the job is judged by {@code auth}, the worker does the work, {@link
 * dev.jobd.server.rpc.Failures} turns what went wrong into a status. Service methods run on virtual
 * threads and may block; none is held by a call that waits for a job.
 */
@NullMarked
package dev.jobd.server.rpc;

import org.jspecify.annotations.NullMarked;
