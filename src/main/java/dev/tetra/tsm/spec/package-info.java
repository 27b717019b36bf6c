/** Pure rules over text: command words, kinds, patterns, names, ports in commands, targets. No input or output. */
@NullMarked
package dev.tetra.tsm.spec;

import org.jspecify.annotations.NullMarked;
