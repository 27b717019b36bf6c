package dev.tetra.tsm.os;

/**
 * A TCP socket that listens, to be handed to programs. It goes on as long as any of them has it; nothing is ever accepted
 * here.
 */
public final class ListeningSocket implements AutoCloseable {
    private final int descriptor;
    private boolean closed;

    ListeningSocket(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Our number of it, marked close-on-exec. */
    public int descriptor() {
        return descriptor;
    }

    /** Gives up our hold of it. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Frame frame = new Frame()) {
            frame.call(Libc.Files.CLOSE, descriptor);
        }
    }
}
