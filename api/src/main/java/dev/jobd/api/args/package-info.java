/** What people type on a command line: quantities with units, and a command in one string. */
@NullMarked
package dev.jobd.api.args;

import org.jspecify.annotations.NullMarked;
