/** The daemon's main, its wiring by constructors, and its start and stop order. */
@NullMarked
package dev.tetra.tsm.daemon;

import org.jspecify.annotations.NullMarked;
