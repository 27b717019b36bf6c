/** Finding out whether processes are well: their probes, and what programs tell of themselves. */
@NullMarked
package dev.tetra.tsm.supervise.health;

import org.jspecify.annotations.NullMarked;
