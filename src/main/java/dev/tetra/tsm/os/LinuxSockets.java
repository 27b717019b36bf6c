package dev.tetra.tsm.os;

import dev.tetra.tsm.os.Listener.Protocol;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sockets as the kernel tells them, by sock_diag(7) or in /proc/net (proc_net(5)), and whose they are. */
final class LinuxSockets {
    private static final String TCP_LISTEN = "0A";
    /** What a UDP socket without a peer has as its state: TCP_CLOSE. */
    private static final String UDP_UNCONNECTED = "07";

    private static final Logger LOG = LoggerFactory.getLogger(LinuxSockets.class);
    /** Bytes of an address. */
    private static final int IPV4 = 4;

    private static final int IPV6 = 16;
    private static final byte[] SOCKET = "socket:[".getBytes(StandardCharsets.US_ASCII);

    private LinuxSockets() {}

    static List<Listener> listeners() {
        List<Listener> found = new ArrayList<>();
        find("tcp", Protocol.TCP, TCP_LISTEN, found);
        find("tcp6", Protocol.TCP, TCP_LISTEN, found);
        find("udp", Protocol.UDP, UDP_UNCONNECTED, found);
        find("udp6", Protocol.UDP, UDP_UNCONNECTED, found);
        return found;
    }

    private static void find(String file, Protocol protocol, String state, List<Listener> found) {
        List<Listener> told = new ArrayList<>();
        boolean all = SocketDiag.all(
                file.endsWith("6"),
                protocol == Protocol.TCP ? SocketDiag.IPPROTO_TCP : SocketDiag.IPPROTO_UDP,
                Integer.parseInt(state, 16),
                (address, port, inode, uid) -> told.add(new Listener(protocol, text(address), port, inode, uid)));
        if (all) {
            found.addAll(told);
        } else {
            // A kernel without sock_diag(7), or a sandbox that does not let it through.
            read(file, protocol, state, found);
        }
    }

    private static void read(String file, Protocol protocol, String state, List<Listener> found) {
        String text;
        try {
            text = Files.readString(Path.of("/proc/self/net", file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // No IPv6 here.
            return;
        }
        parse(text, protocol, state, found);
    }

    /** Adds the sockets in a state that a table names. A line that is not understood is none. */
    static void parse(String text, Protocol protocol, String state, List<Listener> found) {
        // A busy machine has thousands of connections here and few listeners, so most lines are only skipped.
        int start = text.indexOf('\n') + 1;
        while (start > 0 && start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            int field = field(text, start, end, 3);
            if (text.startsWith(state, field) && text.startsWith(" ", field + state.length())) {
                String[] fields = text.substring(start, end).strip().split(" +");
                if (fields.length > 9) {
                    add(protocol, fields, found);
                }
            }
            start = end + 1;
        }
    }

    /** Where the nth field of a line, from 0, begins. */
    private static int field(String text, int start, int end, int n) {
        int at = start;
        for (int skipped = 0; at < end; skipped++) {
            while (at < end && text.charAt(at) == ' ') {
                at++;
            }
            if (skipped == n) {
                return at;
            }
            while (at < end && text.charAt(at) != ' ') {
                at++;
            }
        }
        return end;
    }

    private static void add(Protocol protocol, String[] fields, List<Listener> found) {
        String[] local = fields[1].split(":", 2);
        try {
            found.add(new Listener(
                    protocol,
                    address(local[0]),
                    HexFormat.fromHexDigits(local.length > 1 ? local[1] : ""),
                    Long.parseLong(fields[9]),
                    Long.parseLong(fields[7])));
        } catch (IllegalArgumentException e) {
            LOG.debug("a socket that is not understood: {}", fields[1]);
        }
    }

    /** Words of four bytes, each in the order of this machine; both supported machines are little-endian. */
    private static String address(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        if (bytes.length != IPV4 && bytes.length != IPV6) {
            throw new IllegalArgumentException("an address of " + bytes.length + " bytes");
        }
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = bytes[i / 4 * 4 + 3 - i % 4];
        }
        return text(turned);
    }

    private static String text(byte[] address) {
        try {
            return text(InetAddress.getByAddress(address).getHostAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(HexFormat.of().formatHex(address), e);
        }
    }

    /** Java writes 0:0:0:0:0:0:0:1 where everybody else writes ::1 (RFC 5952). */
    private static String text(String address) {
        String longest = "";
        for (int zeros = 8; zeros >= 2 && longest.isEmpty(); zeros--) {
            String run = "0:".repeat(zeros - 1) + "0";
            longest = (":" + address + ":").contains(":" + run + ":") ? run : "";
        }
        if (longest.isEmpty() || address.indexOf(':') < 0) {
            return address;
        }
        String framed = ":" + address + ":";
        int at = framed.indexOf(":" + longest + ":");
        String before = framed.substring(0, at);
        String after = framed.substring(at + longest.length() + 2);
        return (before.isEmpty() ? "" : before.substring(1)) + "::"
                + (after.isEmpty() ? "" : after.substring(0, after.length() - 1));
    }

    static Map<Long, Long> owners(Collection<Long> pids) {
        Map<Long, Long> owners = new HashMap<>();
        try (Proc proc = new Proc()) {
            for (long pid : pids) {
                // Null when it is gone, or another user's.
                String[] descriptors = new File("/proc/" + pid + "/fd").list();
                for (String descriptor : descriptors == null ? new String[0] : descriptors) {
                    long inode = inode(proc.link(pid, "fd/" + descriptor));
                    if (inode > 0) {
                        owners.putIfAbsent(inode, pid);
                    }
                }
            }
        }
        return owners;
    }

    /** The first descriptor of a process that is one of these sockets; -1 when it has none, or this user may not look. */
    static int descriptor(long pid, Set<Long> inodes) {
        try (Proc proc = new Proc()) {
            String[] descriptors = new File("/proc/" + pid + "/fd").list();
            for (String descriptor : descriptors == null ? new String[0] : descriptors) {
                if (inodes.contains(inode(proc.link(pid, "fd/" + descriptor)))) {
                    return Integer.parseInt(descriptor);
                }
            }
        }
        return -1;
    }

    private static long inode(byte @org.jspecify.annotations.Nullable [] link) {
        if (link == null || link.length <= SOCKET.length) {
            return 0;
        }
        for (int i = 0; i < SOCKET.length; i++) {
            if (link[i] != SOCKET[i]) {
                return 0;
            }
        }
        long inode = 0;
        for (int i = SOCKET.length; i < link.length - 1; i++) {
            inode = inode * 10 + (link[i] - '0');
        }
        return inode;
    }
}
