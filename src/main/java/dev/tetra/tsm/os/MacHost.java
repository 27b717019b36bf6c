package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Identity;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * macOS: processes by libproc, sockets by {@code lsof}, ends of adopted processes by polling. Written from the headers
 * and manual pages and not yet tried on a Mac.
 */
final class MacHost extends UnixHost {
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Watcher watcher = new PollingWatcher(this::alive);
    private final ControlGroups controlGroups = new NoControlGroups();

    MacHost() {
        super(new MacProcesses());
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
        if (!alive(identity)) {
            return Errno.ESRCH;
        }
        return frame.call(Libc.Processes.KILL, identity.pid(), signal) == 0 ? 0 : frame.errno();
    }

    private List<Lsof.Held> held() {
        return Lsof.parse(
                output("/usr/sbin/lsof", List.of("lsof", "-nP", "-iTCP", "-sTCP:LISTEN", "-iUDP", "-F", "pufdPn")));
    }

    /** What a helper writes; nothing when it can't be run. lsof also fails when it finds nothing. */
    private String output(String executable, List<String> argv) {
        try {
            return run(new HelperRequest(executable, argv, List.of("LC_ALL=C"), "/", WITHIN))
                    .stdout();
        } catch (SpawnException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    @Override
    public List<Listener> listeners() {
        return held().stream().map(Lsof.Held::listener).distinct().toList();
    }

    @Override
    public Map<Long, Long> owners(Collection<Long> pids) {
        Set<Long> wanted = new HashSet<>(pids);
        Map<Long, Long> owners = new HashMap<>();
        for (Lsof.Held held : held()) {
            if (wanted.contains(held.pid())) {
                owners.putIfAbsent(held.listener().inode(), held.pid());
            }
        }
        return owners;
    }

    @Override
    public Optional<PortOwner> portOwner(int port) {
        return held().stream()
                .filter(held -> held.listener().port() == port)
                .min(Comparator.comparing(held -> held.listener().protocol()))
                .map(held -> new PortOwner(
                        held.listener(),
                        OptionalLong.of(held.pid()),
                        userName(held.listener().uid()),
                        String.join(" ", commandLine(held.pid()))));
    }

    @Override
    public String userName(long uid) {
        String number = Long.toString(uid);
        String name = output("/usr/bin/id", List.of("id", "-un", number)).strip();
        return name.isEmpty() ? number : name;
    }

    @Override
    public void close() {
        watcher.close();
        super.close();
    }
}
