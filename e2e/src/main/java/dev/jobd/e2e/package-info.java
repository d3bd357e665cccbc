/** The built distribution, used as its users use it. */
@NullMarked
package dev.jobd.e2e;

import org.jspecify.annotations.NullMarked;
