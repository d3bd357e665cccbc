/** The durable records of jobs. */
@NullMarked
package dev.jobd.worker.store;

import org.jspecify.annotations.NullMarked;
