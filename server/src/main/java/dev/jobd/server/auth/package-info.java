/** Who calls, what their role permits, and which jobs they may see and touch. */
@NullMarked
package dev.jobd.server.auth;

import org.jspecify.annotations.NullMarked;
