package dev.jobd.bench;

/**
 * One run, from the call that starts it.
 *
 * @param firstByteNanos until its first byte of output was here; 0 for a command that has none
 * @param exitNanos until it was over
 */
record Timing(long firstByteNanos, long exitNanos) {}
