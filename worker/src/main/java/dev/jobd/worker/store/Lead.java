package dev.jobd.worker.store;

import dev.jobd.worker.model.JobQuery;
import java.util.ArrayList;
import java.util.List;

/** A condition of a query whose jobs an index gives by themselves, newest first. */
sealed interface Lead {
  /** The query's name, with its owner where it has one. */
  record Name(String name) implements Lead {}

  /** One of the query's labels, with its owner where it has one. */
  record Label(String key, String value) implements Lead {}

  /** All that {@code query} has. */
  static List<Lead> of(JobQuery query) {
    List<Lead> leads = new ArrayList<>();
    if (query.name() != null) {
      leads.add(new Name(query.name()));
    }
    query.labels().forEach((key, value) -> leads.add(new Label(key, value)));
    return leads;
  }
}
