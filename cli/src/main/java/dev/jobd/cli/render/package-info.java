/** How jobs, their output and tables look on standard output. Knows no network and no options. */
@NullMarked
package dev.jobd.cli.render;

import org.jspecify.annotations.NullMarked;
