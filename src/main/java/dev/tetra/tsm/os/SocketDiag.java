package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * Asks the kernel for sockets (sock_diag(7)): one by its addresses, or those that listen. It finds them in tables of its own,
 * so the price does not depend on how many connections the machine has, as that of reading /proc/net/tcp does: tens of
 * milliseconds for a few thousand.
 */
final class SocketDiag {
    private static final int AF_INET = 2;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int NLM_F_REQUEST = 1;
    /** NLM_F_ROOT | NLM_F_MATCH. */
    private static final int NLM_F_DUMP = 0x300;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    /** What the kernel fills at most in one piece of a dump (netlink(7): at least 8 KiB are to be offered). */
    private static final int DUMP_BLOCK = 32 * 1024;

    static final int IPPROTO_TCP = 6;
    static final int IPPROTO_UDP = 17;
    private static final int TCP_ESTABLISHED = 1;
    private static final int TCP_SYN_RECV = 3;
    private static final int TCP_LISTEN = 10;

    /** struct nlmsghdr. */
    private static final int HEADER = 16;
    /** With it, struct inet_diag_req_v2. */
    private static final int REQUEST = HEADER + 56;

    private static final int SOCKID_AT = HEADER + 8;
    private static final int COOKIE_AT = SOCKID_AT + 40;
    /** struct inet_diag_msg: the state is its second byte, user and inode are its last words. */
    private static final int STATE_AT = HEADER + 1;

    private static final int INODE_AT = HEADER + 4 + 48 + 16;
    private static final int ANSWER = INODE_AT + 4;

    private SocketDiag() {}

    /** Who takes the sockets of a dump. */
    @FunctionalInterface
    interface Found {
        /**
         * A socket.
         *
         * @param address in the order of the network, 4 or 16 bytes
         */
        void socket(byte[] address, int port, long inode, long uid);
    }

    /** The server's end of a connection. */
    static Acceptance ask(InetSocketAddress server, InetSocketAddress client) {
        try (Frame frame = new Frame()) {
            int descriptor = open(frame);
            if (descriptor < 0) {
                return Acceptance.UNTOLD;
            }
            try {
                return ask(frame, descriptor, server, client);
            } finally {
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        }
    }

    /**
     * All sockets of a kind in a state. The kernel looks at its table of those that listen, not at every connection.
     *
     * @param six whether of IPv6
     * @param protocol IPPROTO_TCP or IPPROTO_UDP
     * @param state as in proc_net_tcp(5)
     * @return false when the kernel does not tell; some may have been found by then
     */
    static boolean all(boolean six, int protocol, int state, Found found) {
        try (Frame frame = new Frame()) {
            int descriptor = open(frame);
            if (descriptor < 0) {
                return false;
            }
            try {
                MemorySegment request = frame.allocate(REQUEST);
                request(request, six, protocol, NLM_F_REQUEST | NLM_F_DUMP, 1 << state);
                return frame.callLong(Libc.Mail.SEND, descriptor, request.address(), REQUEST, 0) == REQUEST
                        && receive(frame, descriptor, six ? 16 : 4, found);
            } finally {
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        }
    }

    private static boolean receive(Frame frame, int descriptor, int addressLength, Found found) {
        MemorySegment block = frame.allocate(DUMP_BLOCK);
        while (true) {
            long n = frame.callLong(Libc.Mail.RECV, descriptor, block.address(), block.byteSize(), 0);
            if (n < HEADER) {
                return false;
            }
            long length;
            for (long at = 0; at + HEADER <= n; at += (length + 3) & ~3L) {
                length = block.get(JAVA_INT, at);
                int type = block.get(JAVA_SHORT, at + 4);
                if (type == NLMSG_DONE) {
                    return true;
                }
                if (type != SOCK_DIAG_BY_FAMILY || length < ANSWER) {
                    return false;
                }
                long id = at + HEADER + 4;
                int port = Byte.toUnsignedInt(block.get(JAVA_BYTE, id)) << 8
                        | Byte.toUnsignedInt(block.get(JAVA_BYTE, id + 1));
                byte[] address = block.asSlice(id + 4, addressLength).toArray(JAVA_BYTE);
                found.socket(
                        address,
                        port,
                        Integer.toUnsignedLong(block.get(JAVA_INT, at + INODE_AT)),
                        Integer.toUnsignedLong(block.get(JAVA_INT, at + INODE_AT - 4)));
            }
        }
    }

    private static int open(Frame frame) {
        return frame.call(Libc.Sockets.SOCKET, AF_NETLINK, SOCK_RAW | Platform.current().oCloexec, NETLINK_SOCK_DIAG);
    }

    private static void request(MemorySegment message, boolean six, int protocol, int flags, int states) {
        message.set(JAVA_INT, 0, REQUEST);
        message.set(JAVA_SHORT, 4, (short) SOCK_DIAG_BY_FAMILY);
        message.set(JAVA_SHORT, 6, (short) flags);
        message.set(JAVA_BYTE, HEADER, (byte) (six ? Platform.current().afInet6 : AF_INET));
        message.set(JAVA_BYTE, HEADER + 1, (byte) protocol);
        message.set(JAVA_INT, HEADER + 4, states);
    }

    private static Acceptance ask(Frame frame, int descriptor, InetSocketAddress server, InetSocketAddress client) {
        MemorySegment message = frame.allocate(1024);
        byte[] from = server.getAddress().getAddress();
        byte[] to = client.getAddress().getAddress();
        request(message, from.length == 16, IPPROTO_TCP, NLM_F_REQUEST, -1);
        bigEndian(message, SOCKID_AT, server.getPort());
        bigEndian(message, SOCKID_AT + 2, client.getPort());
        MemorySegment.copy(from, 0, message, JAVA_BYTE, SOCKID_AT + 4, from.length);
        MemorySegment.copy(to, 0, message, JAVA_BYTE, SOCKID_AT + 20, to.length);
        // INET_DIAG_NOCOOKIE: whichever socket has these addresses
        message.set(JAVA_INT, COOKIE_AT, -1);
        message.set(JAVA_INT, COOKIE_AT + 4, -1);
        if (frame.callLong(Libc.Mail.SEND, descriptor, message.address(), REQUEST, 0) != REQUEST) {
            return Acceptance.UNTOLD;
        }
        // The kernel has answered before send(2) returns.
        long n = frame.callLong(Libc.Mail.RECV, descriptor, message.address(), message.byteSize(), 0);
        return n < HEADER ? Acceptance.UNTOLD : answer(message, n);
    }

    private static Acceptance answer(MemorySegment message, long length) {
        int type = message.get(JAVA_SHORT, 4);
        if (type == NLMSG_ERROR) {
            return length >= 20 && -message.get(JAVA_INT, 16) == Errno.ENOENT ? Acceptance.NONE : Acceptance.UNTOLD;
        }
        if (type != SOCK_DIAG_BY_FAMILY || length < ANSWER) {
            return Acceptance.UNTOLD;
        }
        int state = message.get(JAVA_BYTE, STATE_AT);
        long inode = Integer.toUnsignedLong(message.get(JAVA_INT, INODE_AT));
        // Where there is no such connection the kernel names the socket that listens there.
        if (state == TCP_LISTEN) {
            return Acceptance.NONE;
        }
        if (inode != 0) {
            return new Acceptance(Acceptance.State.ACCEPTED, inode);
        }
        // Those that wait have no inode yet, those that were closed have none any more.
        return state == TCP_ESTABLISHED || state == TCP_SYN_RECV ? Acceptance.WAITS : Acceptance.NONE;
    }

    private static void bigEndian(MemorySegment message, long at, int port) {
        message.set(JAVA_BYTE, at, (byte) (port >> 8));
        message.set(JAVA_BYTE, at + 1, (byte) port);
    }
}
