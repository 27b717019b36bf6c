/** The operating system through the foreign function interface: spawn, reap, signal, process table, ports. */
@NullMarked
package dev.tetra.tsm.os;

import org.jspecify.annotations.NullMarked;
