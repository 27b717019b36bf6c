/** The control protocol: frames, handshake, server. */
@NullMarked
package dev.tetra.tsm.control;

import org.jspecify.annotations.NullMarked;
