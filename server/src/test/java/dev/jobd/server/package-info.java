@NullMarked
package dev.jobd.server;

import org.jspecify.annotations.NullMarked;
