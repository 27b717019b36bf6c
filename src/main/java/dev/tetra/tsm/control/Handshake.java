package dev.tetra.tsm.control;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The first line of each side. */
final class Handshake {
    private static final int FIRST_LINE = 128;

    private Handshake() {}

    /** Whether a client proves itself in time. Not a byte is sent to it. */
    static boolean passes(ConnectionInput in, ControlFile file, ControlLimits limits) throws IOException {
        try {
            in.within(limits.handshake());
            return same(in.line(FIRST_LINE), file.clientSecret());
        } catch (EOFException | SocketTimeoutException e) {
            return false;
        }
    }

    /** Proves the daemon to a client that has passed, and so tells it that its request will be read. */
    static void answer(Socket socket, ControlFile file) throws IOException {
        socket.getOutputStream().write((file.serverSecret() + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The client's side: whether the other side is the daemon that wrote the file. */
    static boolean prove(Socket socket, ConnectionInput in, ControlFile file) throws IOException {
        socket.getOutputStream().write((file.clientSecret() + "\n").getBytes(StandardCharsets.ISO_8859_1));
        return same(in.line(FIRST_LINE), file.serverSecret());
    }

    /** Compares in a time that does not tell how much was right. */
    private static boolean same(String given, String expected) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.ISO_8859_1), expected.getBytes(StandardCharsets.ISO_8859_1));
    }
}
