package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.spec.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;

/** Looks by a socket that waits, for what {@link Exchange} cannot do: TLS. */
final class NetLook {
    /** So much of a page is read, as some servers complain of a client that leaves before the end. */
    static final int MOST = 64 * 1024;

    private static final int BLOCK = 4096;

    private NetLook() {}

    /** Whether a page is answered with 2xx or 3xx, or a port accepts a connection. */
    static Look.Result look(Page page, Duration timeout) {
        Deadline deadline = new Deadline(timeout);
        try (Socket plain = connect(page, deadline);
                Socket socket = page.secure() ? Tls.over(plain, page.host(), page.port(), deadline.millis()) : plain) {
            return page.asks() ? page.answered(ask(socket, page.request(), deadline, true)) : page.connected();
        } catch (IOException | GeneralSecurityException e) {
            return page.failed(words(e, timeout));
        }
    }

    /**
     * Asks, and waits for the answer.
     *
     * @param toTheEnd whether to read the rest of it, too
     * @return its status
     */
    static int ask(Socket socket, byte[] request, Deadline deadline, boolean toTheEnd) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        byte[] block = new byte[BLOCK];
        StatusLine line = new StatusLine();
        while (!line.whole()) {
            socket.setSoTimeout(deadline.millis());
            int n = in.read(block);
            if (n < 0) {
                throw new IOException(line.cutShort());
            }
            for (int i = 0; i < n; i++) {
                line.take(block[i]);
            }
        }
        int status = line.status();
        if (toTheEnd) {
            drain(socket, in, block, deadline);
        }
        return status;
    }

    private static void drain(Socket socket, InputStream in, byte[] block, Deadline deadline) {
        try {
            for (int all = 0, n = 0; n >= 0 && all < MOST; all += n) {
                socket.setSoTimeout(deadline.millis());
                n = in.read(block);
            }
        } catch (IOException e) {
            // The status is what was asked for.
        }
    }

    /** Connects to the first address that does not refuse it. */
    static Socket connect(Page page, Deadline deadline) throws IOException {
        ConnectException refused = null;
        for (InetAddress address : page.addresses()) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, page.port()), deadline.millis());
                return socket;
            } catch (ConnectException e) {
                socket.close();
                refused = refused == null ? e : refused;
            } catch (IOException | RuntimeException e) {
                socket.close();
                throw e;
            }
        }
        throw refused == null ? new UnknownHostException(page.host()) : refused;
    }

    /** What went wrong, for people. */
    static String words(Exception e, Duration timeout) {
        String message = e.getMessage();
        return switch (e) {
            case SocketTimeoutException _ -> noAnswer(timeout);
            case ConnectException _ -> "connection refused";
            case UnknownHostException _ -> "unknown host " + message;
            default -> message == null ? e.getClass().getSimpleName() : message;
        };
    }

    static String noAnswer(Duration timeout) {
        return "no answer within " + Durations.format(timeout);
    }
}
