package dev.jobd.server.rpc;

import dev.jobd.worker.model.JobSpec;

/**
 * What to run, between the API's message and the worker's record. Fields in errors are relative to
 * the specification.
 */
final class SpecWire {
  private static final String DEFAULT_WORKING_DIRECTORY = "/";

  private SpecWire() {}

  static JobSpec read(dev.jobd.api.v1.JobSpec spec) {
    String directory = spec.getWorkingDirectory();
    return JobSpec.builder(spec.getArgvList())
        .env(spec.getEnvMap())
        .workingDirectory(directory.isEmpty() ? DEFAULT_WORKING_DIRECTORY : directory)
        .name(spec.getName().isEmpty() ? null : spec.getName())
        .labels(spec.getLabelsMap())
        .limits(LimitsWire.read(spec.getLimits()))
        .mergeOutput(spec.getMergeOutput())
        .openStdin(spec.getOpenStdin())
        .waitForTree(spec.getWaitForTree())
        .build();
  }

  static dev.jobd.api.v1.JobSpec write(JobSpec spec) {
    return dev.jobd.api.v1.JobSpec.newBuilder()
        .addAllArgv(spec.argv())
        .putAllEnv(spec.env())
        .setWorkingDirectory(spec.workingDirectory())
        .setName(spec.name() == null ? "" : spec.name())
        .putAllLabels(spec.labels())
        .setLimits(LimitsWire.write(spec.limits()))
        .setMergeOutput(spec.mergeOutput())
        .setOpenStdin(spec.openStdin())
        .setWaitForTree(spec.waitForTree())
        .build();
  }
}
