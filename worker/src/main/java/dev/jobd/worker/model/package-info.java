/**
 * What a job is: immutable values that the worker and its parts share, and nothing that acts. Every
 * record validates itself, so a value that exists is a valid one.
 */
@NullMarked
package dev.jobd.worker.model;

import org.jspecify.annotations.NullMarked;
