/** The control sockets of processes. */
@NullMarked
package dev.tetra.tsm.ipc;

import org.jspecify.annotations.NullMarked;
