/** The system calls that the JDK has no way to. */
@NullMarked
package dev.jobd.worker.libc;

import org.jspecify.annotations.NullMarked;
