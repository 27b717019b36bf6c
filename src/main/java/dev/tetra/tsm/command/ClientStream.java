package dev.tetra.tsm.command;

import java.io.IOException;
import java.io.OutputStream;

/** A stream to the client whose failures are told apart from those of the files that are read for it. */
final class ClientStream extends OutputStream {
    private final OutputStream to;

    ClientStream(OutputStream to) {
        this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
        try {
            to.write(b);
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            to.write(bytes, offset, length);
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            to.flush();
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }
}
