@NullMarked
package dev.jobd.server.rpc;

import org.jspecify.annotations.NullMarked;
