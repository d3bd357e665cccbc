@NullMarked
package dev.jobd.server.auth;

import org.jspecify.annotations.NullMarked;
