/**
 * {@code jobctl}, the command-line client: one class per command. {@link dev.jobd.cli.Jobctl} finds
 * the command, an {@link dev.jobd.cli.Invocation} is what it works with.
 */
@NullMarked
package dev.jobd.cli;

import org.jspecify.annotations.NullMarked;
