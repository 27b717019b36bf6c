package dev.tetra.tsm.command;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Nobody reads the answer any more: the end of what has no other end, and no error. */
@SuppressWarnings("serial")
final class ClientGone extends IOException {
    ClientGone(@Nullable IOException cause) {
        super("the client went away", cause);
    }
}
