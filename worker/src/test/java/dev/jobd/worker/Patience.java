package dev.jobd.worker;

/** How many times as long as elsewhere things may take: in the guest, which is emulated, many. */
final class Patience {
  static final int TIMES = Integer.getInteger("jobd.test.patience", 1);

  private Patience() {}
}
