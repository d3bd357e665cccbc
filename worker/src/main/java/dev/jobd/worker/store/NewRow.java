package dev.jobd.worker.store;

import dev.jobd.worker.model.JobRecord;
import dev.jobd.worker.model.JobState;
import dev.jobd.worker.model.StartRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way into the table: what can be refused about it has been by now.
 *
 * @param createdAt nanoseconds since 1970
 * @param endedAt nanoseconds since 1970; {@code null} while the job lives
 * @param requestId of the request that the job answers, where it has one
 * @param askedLimits there with the request id, and only so
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record NewRow(
    JobRecord record,
    long createdAt,
    byte[] spec,
    byte[] state,
    @Nullable Long endedAt,
    @Nullable String requestId,
    byte @Nullable [] askedLimits) {

  static NewRow of(JobRecord record, @Nullable StartRequest request) throws IOException {
    return new NewRow(
        record,
        Nanos.of(record.createdAt()),
        SpecDocument.encode(record.spec()),
        StateDocument.encode(record.state()),
        endOf(record),
        request == null ? null : request.id().text(),
        request == null ? null : LimitsDocument.encode(request.limits()));
  }

  static @Nullable Long endOf(JobRecord record) throws IOException {
    return record.state() instanceof JobState.Ended ended ? (Long) Nanos.of(ended.at()) : null;
  }

  int documentBytes() {
    return spec.length + state.length;
  }
}
