@NullMarked
package dev.jobd.worker.store;

import org.jspecify.annotations.NullMarked;
