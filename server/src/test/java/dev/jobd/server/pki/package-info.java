@NullMarked
package dev.jobd.server.pki;

import org.jspecify.annotations.NullMarked;
