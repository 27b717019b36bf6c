package dev.tetra.tsm.repl.top;

import java.util.List;

/** What a key asks for beside a change of the picture. */
public sealed interface Effect {
    /** Leave. */
    record Quit() implements Effect {}

    /** Paint all anew, because something else has written on the screen. */
    record Repaint() implements Effect {}

    /** Give the daemon a command. */
    record Command(List<String> words) implements Effect {}
}
