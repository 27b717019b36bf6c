/** The use cases: one method for each thing a user can ask for. */
@NullMarked
package dev.tetra.tsm.engine;

import org.jspecify.annotations.NullMarked;
