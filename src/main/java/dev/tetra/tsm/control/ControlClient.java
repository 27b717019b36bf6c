package dev.tetra.tsm.control;

import dev.tetra.tsm.model.RawText;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The client's side of the control protocol, for one request. */
public final class ControlClient implements AutoCloseable {
    private static final int MAX_HEADER = 32;
    private static final Duration AGAIN = Duration.ofMillis(50);

    /** What an answer makes the client do. */
    public interface Display {
        /** Shows bytes on stdout. */
        void out(byte[] bytes) throws IOException;

        /** Shows bytes on stderr. */
        void err(byte[] bytes) throws IOException;

        /** The environment to send, {@code NAME=VALUE} each. */
        List<String> environment();

        /** Asks the user; the line without its end. */
        String ask(String question) throws IOException;
    }

    /** How an answer ended. */
    public enum End {
        /** With an exit code. */
        EXIT,
        /** The daemon is being replaced, and the command is done. */
        REPLACED,
        /** The daemon is being replaced; the request has to be sent to the new one. */
        RETRY,
        /** As a stream, with code 0; one that was cut off by the daemon's death ends no other way. */
        STREAM,
        /** A program that draws on the terminal has to go on with the same words. */
        CLIENT,
        /** The daemon went away before the answer ended. */
        LOST
    }

    /**
     * The end of an answer.
     *
     * @param code the exit code; 69 when the daemon was lost
     * @param program the name of the program that has to go on; empty when the answer ended otherwise
     */
    public record Outcome(End end, int code, String program) {
        /** An end without a program. */
        public Outcome(End end, int code) {
            this(end, code, "");
        }
    }

    private final Socket socket;
    private final ConnectionInput in;

    private ControlClient(Socket socket, ConnectionInput in) {
        this.socket = socket;
        this.in = in;
    }

    /**
     * Connects to the daemon of a home.
     *
     * @return empty when none runs: no control file, nobody listens, or somebody else does
     * @throws IOException when the control file can't be read
     */
    public static Optional<ControlClient> connect(Path home, Duration within) throws IOException {
        Optional<ControlFile> file = ControlFile.read(home);
        return file.isEmpty() ? Optional.empty() : connect(file.get(), within);
    }

    /** Connects to the daemon that wrote a control file; empty when it can't be reached or is somebody else. */
    public static Optional<ControlClient> connect(ControlFile file, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (true) {
            try {
                return once(file, Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime())));
            } catch (EOFException | SocketException e) {
                // A daemon whose port is crowded by strangers closes what has not proven itself yet, and means no harm.
                boolean lives = ProcessHandle.of(file.pid()).isPresent() && !(e instanceof ConnectException);
                if (!lives || System.nanoTime() - deadline > 0) {
                    return Optional.empty();
                }
                LockSupport.parkNanos(AGAIN.toNanos());
            } catch (IOException | IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    private static Optional<ControlClient> once(ControlFile file, Duration within) throws IOException {
        Socket socket = new Socket();
        boolean proven = false;
        try {
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            socket.connect(new InetSocketAddress(loopback, file.port()), (int) within.toMillis());
            socket.setTcpNoDelay(true);
            ConnectionInput in = new ConnectionInput(socket);
            in.within(within);
            proven = Handshake.prove(socket, in, file);
            if (proven) {
                in.unlimited();
            }
            return proven ? Optional.of(new ControlClient(socket, in)) : Optional.empty();
        } finally {
            if (!proven) {
                socket.close();
            }
        }
    }

    /**
     * Sends the request and shows its answer.
     *
     * @throws IOException when the display fails or the daemon breaks the protocol
     */
    public Outcome run(Request request, Display display) throws IOException {
        socket.getOutputStream().write(RequestFormat.write(request));
        while (true) {
            String header;
            try {
                header = in.line(MAX_HEADER);
            } catch (EOFException e) {
                return new Outcome(End.LOST, 69);
            }
            String argument = header.length() > 2 ? header.substring(2) : "";
            switch (header.isEmpty() ? ' ' : header.charAt(0)) {
                case 'o', 'O' -> display.out(content(argument));
                case 'e', 'E' -> display.err(content(argument));
                case 'v' -> sendEnvironment(display.environment());
                case 'q' -> {
                    String line = display.ask(RawText.decode(content(argument)));
                    socket.getOutputStream().write(RawText.encode(line + "\n"));
                }
                case 's' -> {
                    copyRest(display);
                    return new Outcome(End.STREAM, 0);
                }
                case 'x' -> {
                    return new Outcome(End.EXIT, number(argument));
                }
                case 'w' -> {
                    return new Outcome(End.REPLACED, 0);
                }
                case 'r' -> {
                    return new Outcome(End.RETRY, 0);
                }
                case 'j' -> {
                    return new Outcome(End.CLIENT, 0, argument);
                }
                default -> throw new IOException("the daemon sent an unknown frame: " + header);
            }
        }
    }

    private void sendEnvironment(List<String> environment) throws IOException {
        List<String> entries = new ArrayList<>(environment);
        entries.add("");
        socket.getOutputStream().write(RequestFormat.terminated(entries));
    }

    private byte[] content(String length) throws IOException {
        byte[] bytes = new byte[number(length)];
        for (int done = 0; done < bytes.length; ) {
            if (!in.fill()) {
                throw new EOFException("the daemon went away within a frame");
            }
            done += in.take(bytes, done, bytes.length - done);
        }
        return bytes;
    }

    private void copyRest(Display display) throws IOException {
        while (in.fill()) {
            byte[] bytes = new byte[in.buffered()];
            in.take(bytes, 0, bytes.length);
            display.out(bytes);
        }
    }

    private static int number(String text) throws IOException {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw new IOException("the daemon sent a frame without a number", e);
        }
    }

    /** Closes the connection; a command that only served this client is cancelled. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
