@NullMarked
package dev.jobd.cli;

import org.jspecify.annotations.NullMarked;
