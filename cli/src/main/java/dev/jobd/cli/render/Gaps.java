package dev.jobd.cli.render;

import dev.jobd.api.v1.StreamOutputResponse.Gap;

/** Missing output, in words. */
final class Gaps {
  private Gaps() {}

  static String describe(Gap gap) {
    return gap.getDroppedBytes()
        + " bytes of "
        + StreamNames.of(gap.getStream())
        + " are missing at offset "
        + gap.getOffset()
        + ": the job wrote more than its output limit (--max-output) keeps";
  }
}
