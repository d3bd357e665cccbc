/** Starting jobs through the shim, and talking to the shims that are alive. */
@NullMarked
package dev.jobd.worker.launch;

import org.jspecify.annotations.NullMarked;
