package dev.tetra.tsm.command;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stream to the client whose failures are told apart from those of the files that are read for it. */
final class ClientStream extends OutputStream {
    private final Supplier<OutputStream> open;
    private @Nullable OutputStream to;

    ClientStream(OutputStream to) {
        this(() -> to);
    }

    /** Opens the stream when something is written: until then the answer may still become an error. */
    ClientStream(Supplier<OutputStream> open) {
        this.open = open;
    }

    private OutputStream to() {
        OutputStream present = to;
        if (present == null) {
            present = open.get();
            to = present;
        }
        return present;
    }

    @Override
    public void write(int b) throws IOException {
        try {
            to().write(b);
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            to().write(bytes, offset, length);
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            to().flush();
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }
}
