package dev.tetra.tsm.os;

import dev.tetra.tsm.os.Listener.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what {@code lsof -F pufdPn} writes: a letter and a value a line (lsof(8), OUTPUT FOR OTHER PROGRAMS). */
final class Lsof {
    /** A socket and a process that has it. */
    record Held(long pid, Listener listener) {}

    private final List<Held> found = new ArrayList<>();
    private long pid;
    private long uid = -1;
    private long device;
    private String protocol = "";

    private Lsof() {}

    static List<Held> parse(String output) {
        Lsof lsof = new Lsof();
        output.lines().filter(line -> !line.isEmpty()).forEach(lsof::line);
        return lsof.found;
    }

    private void line(String line) {
        String value = line.substring(1);
        switch (line.charAt(0)) {
            case 'p' -> pid = Long.parseLong(value);
            case 'u' -> uid = Long.parseLong(value);
            case 'f' -> device = 0;
            // The socket's address in the kernel, where Linux has an inode.
            case 'd' -> device = value.startsWith("0x") ? Long.parseUnsignedLong(value.substring(2), 16) : 0;
            case 'P' -> protocol = value;
            case 'n' -> listener(value).ifPresent(listener -> found.add(new Held(pid, listener)));
            default -> {
                // A field nobody asked for.
            }
        }
    }

    /** From {@code *:8000}, {@code 127.0.0.1:8000} or {@code [::1]:8000}. */
    private Optional<Listener> listener(String name) {
        int colon = name.lastIndexOf(':');
        String port = name.substring(colon + 1);
        boolean known = protocol.equals("TCP") || protocol.equals("UDP");
        if (!known || colon < 0 || name.contains("->") || !port.matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        String address = name.substring(0, colon).replace("[", "").replace("]", "");
        return Optional.of(new Listener(
                Protocol.valueOf(protocol),
                address.equals("*") ? "0.0.0.0" : address,
                Integer.parseInt(port),
                device,
                uid));
    }
}
