package dev.jobd.worker;

import dev.jobd.worker.model.Owner;
import dev.jobd.worker.store.History;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps the outputs of ended jobs, together with what live ones may come to, within the quotas of
 * output: a start has taken its part of the {@link QuotaLedger}, and those that ended first go
 * until the rest fits beside it.
 *
 * <p>An end is asked to be recorded before the job gives its part back. So whatever a start finds
 * given back is seen by the records, which carry out in order what they are asked; and an output is
 * counted twice for a moment, never not at all.
 */
record OutputRoom(QuotaLedger quotas, History history, Collector collector) {

  /** Returns when there is room for all that jobs which are live now may come to. */
  void makeFor(Owner owner) throws IOException {
    Long own = quotas.outputRoom(owner);
    if (own != null) {
      collector.makeRoom(owner, own);
    }
    Long total = quotas.totalOutputRoom();
    if (total != null) {
      collector.makeRoom(null, total);
    }
  }

  /**
   * What an owner's jobs take of the quotas that there are.
   *
   * @param shared whether to tell too what all jobs take of those that all owners share
   */
  List<QuotaUse> use(Owner owner, boolean shared) throws IOException {
    List<QuotaUse> uses = new ArrayList<>();
    for (Map.Entry<Quota, QuotaUse> use : quotas.use(owner).entrySet()) {
      if (use.getKey().isShared() && !shared) {
        continue;
      }
      long kept =
          switch (use.getKey()) {
            case OUTPUT -> history.keptOutput(owner);
            case TOTAL_OUTPUT -> history.holdings().outputBytes();
            case RUNNING_JOBS, CPUS, MEMORY -> 0;
          };
      QuotaUse live = use.getValue();
      uses.add(new QuotaUse(live.quota(), live.unit(), live.limit(), live.used() + kept));
    }
    return uses;
  }
}
