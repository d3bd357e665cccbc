/** What client and server share beside the generated messages. */
@NullMarked
package dev.jobd.api;

import org.jspecify.annotations.NullMarked;
