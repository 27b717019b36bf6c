/** The Java client: programs that draw on the terminal, each command of which is a request to the daemon. */
@NullMarked
package dev.tetra.tsm.repl;

import org.jspecify.annotations.NullMarked;
