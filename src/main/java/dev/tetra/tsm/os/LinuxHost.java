package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Identity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Linux, by /proc and pidfd. */
final class LinuxHost extends UnixHost {
    private final boolean pidfds;
    private final Watcher watcher;
    private final ControlGroups controlGroups =
            new LinuxControlGroups(new GivenGroup(Path.of("/"), new SystemdUnits(this)));

    LinuxHost() {
        super(new LinuxProcesses());
        pidfds = Pidfd.available(self().pid());
        watcher = pidfds ? new PidfdWatcher(this::alive) : new PollingWatcher(this::alive);
    }

    @Override
    Watcher watcher() {
        return watcher;
    }

    @Override
    public ControlGroups controlGroups() {
        return controlGroups;
    }

    @Override
    int send(Frame frame, Identity identity, int signal) {
        int descriptor = pidfds ? Pidfd.open(frame, identity.pid()) : -1;
        if (pidfds && descriptor < 0) {
            return frame.errno();
        }
        try {
            // After the open, so that between this look and the signal the descriptor can't become another process.
            if (!alive(identity)) {
                return Errno.ESRCH;
            }
            if (pidfds) {
                return Pidfd.signal(frame, descriptor, signal);
            }
            return frame.call(Libc.Processes.KILL, identity.pid(), signal) == 0 ? 0 : frame.errno();
        } finally {
            if (descriptor >= 0) {
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        }
    }

    @Override
    public List<Listener> listeners() {
        return LinuxSockets.listeners();
    }

    @Override
    public Map<Long, Long> owners(Collection<Long> pids) {
        return LinuxSockets.owners(pids);
    }

    @Override
    public Acceptance acceptance(InetSocketAddress server, InetSocketAddress client) {
        return SocketDiag.ask(server, client);
    }

    @Override
    public Optional<PortOwner> portOwner(int port) {
        return listeners().stream()
                .filter(listener -> listener.port() == port)
                .min(Comparator.comparing(Listener::protocol))
                .map(this::owner);
    }

    private PortOwner owner(Listener listener) {
        List<Long> pids = processes().all().stream()
                .map(ProcessInfo::pid)
                .sorted(Comparator.reverseOrder())
                .toList();
        Long pid = owners(pids).get(listener.inode());
        String command = pid == null ? "" : String.join(" ", commandLine(pid));
        return new PortOwner(
                listener, pid == null ? OptionalLong.empty() : OptionalLong.of(pid), userName(listener.uid()), command);
    }

    @Override
    public Optional<ListeningSocket> listening(Identity process, int port) {
        Set<Long> inodes = listeners().stream()
                .filter(listener -> listener.protocol() == Listener.Protocol.TCP && listener.port() == port)
                .map(Listener::inode)
                .collect(Collectors.toSet());
        int theirs = inodes.isEmpty() ? -1 : LinuxSockets.descriptor(process.pid(), inodes);
        if (theirs < 0 || !pidfds) {
            return Optional.empty();
        }
        try (Frame frame = new Frame()) {
            int pidfd = Pidfd.open(frame, process.pid());
            if (pidfd < 0) {
                return Optional.empty();
            }
            try {
                int ours = alive(process) ? Pidfd.descriptor(frame, pidfd, theirs) : -1;
                return ours < 0 ? Optional.empty() : Optional.of(new ListeningSocket(ours));
            } finally {
                frame.call(Libc.Files.CLOSE, pidfd);
            }
        }
    }

    @Override
    public String userName(long uid) {
        String number = Long.toString(uid);
        try {
            for (String line : Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", 4);
                if (fields.length > 2 && fields[2].equals(number)) {
                    return fields[0];
                }
            }
        } catch (IOException e) {
            return number;
        }
        return number;
    }

    @Override
    public void close() {
        watcher.close();
        super.close();
    }
}
