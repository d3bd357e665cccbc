/** Issues the certificates that jobd and its users know each other by. */
@NullMarked
package dev.jobd.server.pki;

import org.jspecify.annotations.NullMarked;
