package dev.tetra.tsm.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.h2.api.ErrorCode;
import org.h2.security.SHA256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of H2's server: it accepts only who has logged in as the auditor. H2 by itself has a thread for whoever connects,
 * waits for ever for what he says, and makes room for a text as long as he announces before it knows who he is, so that a
 * dozen bytes of any user of the machine would end the daemon.
 *
 * <p>What a client says first is read here, within bounds, and handed on to H2 as it was: the versions it speaks, database
 * and URL, user, hash of the password, hash of a file's password, and settings ({@code org.h2.engine.SessionRemote}).
 */
final class LoginGate extends ServerSocket {
    private static final Logger LOG = LoggerFactory.getLogger(LoginGate.class);

    /** For all that comes before the answer. */
    private static final Duration LOGIN = Duration.ofSeconds(5);

    /** How many may be without a login at once; beyond it the one that has been there longest has to go. */
    private static final int STRANGERS = 128;

    /** What nobody has to go before, however many come: a driver logs in at once, but not at once on a busy machine. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** Whoever finds it full is only taken a second later, and H2's driver gives up after two (net.core.somaxconn bounds it). */
    private static final int BACKLOG = 4096;
    /** Of a login in all. */
    private static final int BYTES = 16 << 10;

    private static final int SETTINGS = 100;
    private static final int CANCEL_STATEMENT = 13;
    private static final int STATUS_ERROR = 0;
    private static final int NONE = -1;
    private static final String WRONG = "Wrong user name or password [" + ErrorCode.WRONG_USER_OR_PASSWORD + "]";

    private final byte[] password;
    private final Deque<Visitor> strangers = new ArrayDeque<>();
    /** Those who have logged in and wait for H2; empty means the end. */
    private final BlockingQueue<Optional<Socket>> proven = new LinkedBlockingQueue<>();

    /** @param password of the auditor */
    LoginGate(String password) throws IOException {
        this.password = SHA256.getKeyPasswordHash(Credentials.AUDITOR, password.toCharArray());
        bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), BACKLOG);
    }

    /** Begins to take connections. */
    void open() {
        Thread.ofVirtual().name("tools-accept").start(this::takeAll);
    }

    /** The next who has logged in; waits for him. */
    @Override
    public Socket accept() throws IOException {
        try {
            return proven.take().orElseThrow(() -> new SocketException("the port is closed"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        super.close();
        synchronized (strangers) {
            strangers.forEach(LoginGate::closeQuietly);
            strangers.notifyAll();
        }
        proven.add(Optional.empty());
    }

    private void takeAll() {
        while (!isClosed()) {
            Visitor visitor = new Visitor();
            try {
                implAccept(visitor);
            } catch (IOException e) {
                closeQuietly(visitor);
                if (!isClosed()) {
                    // Out of descriptors, most likely; the connection stays in the backlog until some are free again.
                    LOG.warn("a tool cannot be accepted", e);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
                continue;
            }
            admit(visitor);
            Thread.ofVirtual().name("tools-login").start(() -> login(visitor));
        }
    }

    /** Makes room, and waits for it if need be; who comes meanwhile waits in the backlog. */
    private void admit(Visitor visitor) {
        synchronized (strangers) {
            while (strangers.size() >= STRANGERS && !isClosed()) {
                long left = GRACE.toNanos() - (System.nanoTime() - strangers.getFirst().since);
                if (left <= 0) {
                    closeQuietly(strangers.removeFirst());
                    break;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(strangers, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
            strangers.addLast(visitor);
        }
    }

    private void login(Visitor visitor) {
        boolean admitted = false;
        try {
            admitted = visitor.proves(password);
        } catch (IOException e) {
            LOG.debug("somebody did not log in", e);
        } finally {
            synchronized (strangers) {
                strangers.remove(visitor);
                strangers.notifyAll();
            }
            if (admitted && !isClosed()) {
                proven.add(Optional.of(visitor));
            } else {
                closeQuietly(visitor);
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a connection was not closed", e);
        }
    }

    /** A connection whose first bytes can be read twice. */
    private static final class Visitor extends Socket {
        private final long since = System.nanoTime();
        private @Nullable InputStream replayed;

        Visitor() {
            // Not connected, for ServerSocket.implAccept to fill in.
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return replayed == null ? super.getInputStream() : replayed;
        }

        /** Whether it may go on to H2. */
        boolean proves(byte[] password) throws IOException {
            InputStream raw = super.getInputStream();
            Said said = new Said(this, raw);
            boolean knows = knows(new DataInputStream(said), password);
            if (!knows) {
                refuse();
                return false;
            }
            setSoTimeout(0);
            replayed = new SequenceInputStream(new ByteArrayInputStream(said.all()), raw);
            return true;
        }

        private static boolean knows(DataInputStream in, byte[] password) throws IOException {
            in.readInt();
            in.readInt();
            String database = text(in);
            String url = text(in);
            if (database == null && url == null) {
                // Not a login: a statement of the session with this secret name is to be cancelled.
                text(in);
                if (in.readInt() != CANCEL_STATEMENT) {
                    throw new IOException("something else than a login");
                }
                in.readInt();
                return true;
            }
            String user = text(in);
            byte[] given = bytes(in);
            bytes(in);
            int settings = in.readInt();
            if (settings < 0 || settings > SETTINGS) {
                throw new IOException(settings + " settings");
            }
            for (int i = 0; i < settings; i++) {
                text(in);
                text(in);
            }
            // H2 would have everybody wait seconds after somebody's wrong password, and wait in line.
            return Credentials.AUDITOR.equalsIgnoreCase(user) && MessageDigest.isEqual(password, given);
        }

        private static @Nullable String text(DataInputStream in) throws IOException {
            byte[] chars = counted(in, Character.BYTES);
            return chars == null ? null : new String(chars, StandardCharsets.UTF_16BE);
        }

        private static byte @Nullable [] bytes(DataInputStream in) throws IOException {
            return counted(in, 1);
        }

        private static byte @Nullable [] counted(DataInputStream in, int size) throws IOException {
            int length = in.readInt();
            if (length == NONE) {
                return null;
            }
            if (length < 0 || length > BYTES / size) {
                throw new IOException("a length of " + length);
            }
            byte[] content = new byte[length * size];
            in.readFully(content);
            return content;
        }

        /** Tells a driver what it would hear from H2. */
        private void refuse() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(STATUS_ERROR);
            write(out, "28000");
            write(out, WRONG);
            out.writeInt(NONE);
            out.writeInt(ErrorCode.WRONG_USER_OR_PASSWORD);
            write(out, WRONG);
            getOutputStream().write(bytes.toByteArray());
        }

        private static void write(DataOutputStream out, String text) throws IOException {
            out.writeInt(text.length());
            out.writeChars(text);
        }
    }

    /** What a visitor says before it has logged in: so much, in so much time. Keeps all of it. */
    private static final class Said extends InputStream {
        private final Socket socket;
        private final InputStream raw;
        private final byte[] all = new byte[BYTES];
        private final long deadline = System.nanoTime() + LOGIN.toNanos();
        private int size;
        private int position;

        Said(Socket socket, InputStream raw) {
            this.socket = socket;
            this.raw = raw;
        }

        byte[] all() {
            return Arrays.copyOf(all, size);
        }

        @Override
        public int read() throws IOException {
            return fill() ? all[position++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, size - position);
            System.arraycopy(all, position, to, offset, count);
            position += count;
            return count;
        }

        private boolean fill() throws IOException {
            if (position < size) {
                return true;
            }
            if (size == BYTES) {
                throw new EOFException("a login of more than " + BYTES + " bytes");
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("too slow");
            }
            socket.setSoTimeout((int) left);
            int count = raw.read(all, size, BYTES - size);
            size += Math.max(count, 0);
            return count > 0;
        }
    }
}
