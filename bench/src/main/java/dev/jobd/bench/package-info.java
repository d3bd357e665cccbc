/** How fast jobs start and end, beside the other ways to run an isolated process. */
@NullMarked
package dev.jobd.bench;

import org.jspecify.annotations.NullMarked;
