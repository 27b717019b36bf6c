/** What {@code tsm top} shows and how its keys change it; knows no terminal and no daemon. */
@NullMarked
package dev.tetra.tsm.repl.top;

import org.jspecify.annotations.NullMarked;
