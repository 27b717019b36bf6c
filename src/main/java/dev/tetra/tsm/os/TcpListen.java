package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** socket(2), bind(2) and listen(2). */
final class TcpListen {
    private static final Platform OS = Platform.current();
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int IPPROTO_IPV6 = 41;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    /** asm-generic/socket.h; sys/socket.h. */
    private static final int SO_REUSEPORT = OS == Platform.LINUX ? 15 : 0x200;
    /** The kernel takes less if it allows less (listen(2), net.core.somaxconn). */
    private static final int BACKLOG = 4096;

    private TcpListen() {}

    /**
     * Listens.
     *
     * @param address an IPv4 or IPv6 address; null for all addresses of the machine
     */
    static ListeningSocket open(@Nullable String address, int port) throws IOException {
        if (address != null) {
            // A literal: no name is looked up.
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return open(bytes, bytes.length == 16, port);
        }
        try {
            return open(new byte[16], true, port);
        } catch (NoSuchAddress e) {
            // A machine without IPv6.
            return open(new byte[4], false, port);
        }
    }

    private static final class NoSuchAddress extends IOException {
        private static final long serialVersionUID = 1;

        NoSuchAddress(String message) {
            super(message);
        }
    }

    private static ListeningSocket open(byte[] address, boolean six, int port) throws IOException {
        try (Frame frame = new Frame()) {
            int type = SOCK_STREAM | (OS == Platform.LINUX ? OS.oCloexec : 0);
            int descriptor = frame.call(Libc.Sockets.SOCKET, six ? OS.afInet6 : AF_INET, type, 0);
            if (descriptor < 0) {
                throw new NoSuchAddress("no socket can be made: " + Errno.words(frame.errno()));
            }
            boolean good = false;
            try {
                Fcntl.set(frame, descriptor, F_SETFD, FD_CLOEXEC);
                set(frame, descriptor, OS.solSocket, OS.soReuseaddr, 1);
                // A daemon that cannot get this socket back from the programs that have it makes a second one beside
                // it.
                set(frame, descriptor, OS.solSocket, SO_REUSEPORT, 1);
                if (six) {
                    boolean all = InetAddress.getByAddress(address).isAnyLocalAddress();
                    set(frame, descriptor, IPPROTO_IPV6, OS.ipv6V6only, all ? 0 : 1);
                }
                bind(frame, descriptor, address, six, port);
                good = true;
                return new ListeningSocket(descriptor);
            } finally {
                if (!good) {
                    frame.call(Libc.Files.CLOSE, descriptor);
                }
            }
        }
    }

    private static void bind(Frame frame, int descriptor, byte[] address, boolean six, int port) throws IOException {
        MemorySegment where = address(frame, address, six, port);
        if (frame.call(Libc.Sockets.BIND, descriptor, where.address(), six ? 28 : 16) != 0) {
            int errno = frame.errno();
            String message = "tsm cannot listen on "
                    + InetAddress.getByAddress(address).getHostAddress() + " port " + port + ": " + Errno.words(errno);
            throw errno == Errno.EADDRINUSE || errno == Errno.EACCES
                    ? new IOException(message)
                    : new NoSuchAddress(message);
        }
        if (frame.call(Libc.Listening.LISTEN, descriptor, BACKLOG) != 0) {
            throw new IOException("tsm cannot listen on port " + port + ": " + Errno.words(frame.errno()));
        }
    }

    private static void set(Frame frame, int descriptor, int level, int option, int value) {
        MemorySegment number = frame.allocate(4);
        number.set(JAVA_INT, 0, value);
        frame.call(Libc.Sockets.SETSOCKOPT, descriptor, level, option, number.address(), 4);
    }

    /** struct sockaddr_in or sockaddr_in6 (netinet/in.h). */
    private static MemorySegment address(Frame frame, byte[] bytes, boolean six, int port) {
        MemorySegment address = frame.allocate(28);
        int family = six ? OS.afInet6 : AF_INET;
        if (OS == Platform.MACOS) {
            address.set(JAVA_BYTE, 0, (byte) (six ? 28 : 16));
            address.set(JAVA_BYTE, 1, (byte) family);
        } else {
            address.set(JAVA_SHORT, 0, (short) family);
        }
        address.set(JAVA_BYTE, 2, (byte) (port >> 8));
        address.set(JAVA_BYTE, 3, (byte) port);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, six ? 8 : 4, bytes.length);
        return address;
    }
}
