@NullMarked
package dev.jobd.cli.render;

import org.jspecify.annotations.NullMarked;
