/** Reading a job's journal. */
@NullMarked
package dev.jobd.worker.output;

import org.jspecify.annotations.NullMarked;
