package dev.tetra.tsm.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A port that a listener of this very program has, or had: on loopback, in no range that anybody uses. */
final class OwnPort implements AutoCloseable {
    private final ServerSocket socket;

    private OwnPort(ServerSocket socket) {
        this.socket = socket;
    }

    static OwnPort taken() throws IOException {
        return new OwnPort(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }

    /** A port that was free a moment ago. */
    static int free() {
        try (OwnPort port = taken()) {
            return port.number();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int number() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
