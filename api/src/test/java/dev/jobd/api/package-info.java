@NullMarked
package dev.jobd.api;

import org.jspecify.annotations.NullMarked;
