/** Reads and follows the log files that processes write by themselves. */
@NullMarked
package dev.tetra.tsm.logs;

import org.jspecify.annotations.NullMarked;
