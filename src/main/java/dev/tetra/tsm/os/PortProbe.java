package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * Tries to bind a port as a server would, with SO_REUSEADDR, so that connections in TIME_WAIT are no conflict (socket(7))
 * while any listener is. Nothing ever listens here, so no client can be caught by it.
 */
final class PortProbe {
    private static final Platform OS = Platform.current();
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int IPPROTO_IPV6 = 41;

    private PortProbe() {}

    static PortState state(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port);
        }
        try (Frame frame = new Frame()) {
            PortState worst = PortState.FREE;
            for (boolean six : new boolean[] {false, true}) {
                for (boolean loopback : new boolean[] {false, true}) {
                    int errno = bind(frame, port, six, loopback);
                    if (errno == Errno.EADDRINUSE) {
                        return PortState.TAKEN;
                    }
                    worst = errno == Errno.EACCES ? PortState.NOT_PERMITTED : worst;
                }
            }
            // Any other error, such as EAFNOSUPPORT or EADDRNOTAVAIL, says that the machine has no such addresses.
            return worst;
        }
    }

    private static int bind(Frame frame, int port, boolean six, boolean loopback) {
        int family = six ? OS.afInet6 : AF_INET;
        int descriptor = frame.call(Libc.Sockets.SOCKET, family, SOCK_STREAM, 0);
        if (descriptor < 0) {
            return frame.errno();
        }
        try {
            MemorySegment one = frame.allocate(4);
            one.set(JAVA_INT, 0, 1);
            frame.call(Libc.Sockets.SETSOCKOPT, descriptor, OS.solSocket, OS.soReuseaddr, one.address(), 4);
            if (six) {
                // Else :: would mean the IPv4 addresses too, and not tell which one is in the way.
                frame.call(Libc.Sockets.SETSOCKOPT, descriptor, IPPROTO_IPV6, OS.ipv6V6only, one.address(), 4);
            }
            int size = six ? 28 : 16;
            MemorySegment address = address(frame, family, port, six, loopback);
            return frame.call(Libc.Sockets.BIND, descriptor, address.address(), size) == 0 ? 0 : frame.errno();
        } finally {
            frame.call(Libc.Files.CLOSE, descriptor);
        }
    }

    /** struct sockaddr_in or sockaddr_in6 (netinet/in.h). */
    private static MemorySegment address(Frame frame, int family, int port, boolean six, boolean loopback) {
        MemorySegment address = frame.allocate(28);
        if (OS == Platform.MACOS) {
            address.set(JAVA_BYTE, 0, (byte) (six ? 28 : 16));
            address.set(JAVA_BYTE, 1, (byte) family);
        } else {
            address.set(JAVA_SHORT, 0, (short) family);
        }
        address.set(JAVA_BYTE, 2, (byte) (port >> 8));
        address.set(JAVA_BYTE, 3, (byte) port);
        if (loopback && six) {
            address.set(JAVA_BYTE, 23, (byte) 1);
        } else if (loopback) {
            address.set(JAVA_BYTE, 4, (byte) 127);
            address.set(JAVA_BYTE, 7, (byte) 1);
        }
        return address;
    }
}
