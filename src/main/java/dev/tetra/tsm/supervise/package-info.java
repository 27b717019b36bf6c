/** Keeps processes alive: one actor a process, the pure table of states, recovery. */
@NullMarked
package dev.tetra.tsm.supervise;

import org.jspecify.annotations.NullMarked;
