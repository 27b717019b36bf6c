/** Tables, JSON and text for people and programs. */
@NullMarked
package dev.tetra.tsm.command.render;

import org.jspecify.annotations.NullMarked;
