package dev.jobd.worker.model;

/**
 * A start that may be asked for again, and what tells whether it is the same that is asked for.
 *
 * @param limits as they were asked for, before defaults filled them up: those may be others by the
 *     time of a repetition
 */
public record StartRequest(RequestId id, Limits limits) {}
