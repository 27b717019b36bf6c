/** One small class a verb: parse, call the engine, render. */
@NullMarked
package dev.tetra.tsm.command;

import org.jspecify.annotations.NullMarked;
