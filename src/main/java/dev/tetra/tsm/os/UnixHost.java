package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What Linux and macOS have in common. */
abstract class UnixHost implements Host {
    private final ProcessReader processes;
    private final Spawner spawner = new Spawner();
    private final Rights rights = new UnixRights();
    private final Reaper reaper;
    private final Identity self;

    UnixHost(ProcessReader processes) {
        this.processes = processes;
        try (Frame frame = new Frame()) {
            long pid = frame.call(Libc.Processes.GETPID);
            ProcessInfo info = processes.read(pid);
            if (info == null) {
                throw new IllegalStateException("this program is not in the process table");
            }
            self = info.identity(processes.bootId());
            // Inherited as ignored, it would make the kernel drop our children's exit codes (wait(2), NOTES).
            frame.call(Libc.Processes.SIGNAL, Signals.number("CHLD"), 0);
        }
        reaper = new Reaper(processes, self.pid());
        reaper.start();
    }

    /** Watches a process that is not our child. */
    abstract Watcher watcher();

    /** Sends to this pid, which was just seen to be this identity; 0 or the error number. */
    abstract int send(Frame frame, Identity identity, int signal);

    @Override
    public final String bootId() {
        return processes.bootId();
    }

    @Override
    public final Identity self() {
        return self;
    }

    @Override
    public final Identity spawn(SpawnRequest request, Consumer<Exit> onExit) throws SpawnException {
        return start(
                new Spawner.Plan(request, new Output.ToFile(request.stdout()), new Output.ToFile(request.stderr())),
                onExit);
    }

    @Override
    public final void requireExecutable(SpawnRequest request) throws SpawnException {
        SpawnException obstacle = SpawnFailure.foreseen(request);
        if (obstacle != null) {
            throw obstacle;
        }
    }

    private Identity start(Spawner.Plan plan, Consumer<Exit> onExit) throws SpawnException {
        return reaper.birth(() -> identify(spawner.spawn(plan)), onExit);
    }

    /** It can't be reaped meanwhile, so it is there, if only as a zombie. */
    private Identity identify(long pid) {
        ProcessInfo info = processes.read(pid);
        if (info == null) {
            throw new IllegalStateException("process " + pid + " was started but is not in the process table");
        }
        return info.identity(processes.bootId());
    }

    @Override
    public final boolean adopt(Identity identity, Consumer<Exit> onExit) {
        if (!identity.bootId().equals(bootId())) {
            return false;
        }
        return switch (reaper.adopt(identity, onExit)) {
            case OURS -> true;
            case GONE -> false;
            case NOT_OURS -> watcher().watch(identity, onExit);
        };
    }

    @Override
    public final void forgetUnclaimed() {
        reaper.forgetUnclaimed();
    }

    @Override
    public final boolean alive(Identity identity) {
        return there(identity).filter(info -> !info.dead()).isPresent();
    }

    /** That very process, zombies included. */
    private Optional<ProcessInfo> there(Identity identity) {
        if (!identity.bootId().equals(bootId())) {
            return Optional.empty();
        }
        return Optional.ofNullable(processes.read(identity.pid()))
                .filter(info -> info.startTicks() == identity.startTicks());
    }

    @Override
    public final boolean signal(Identity identity, int signal) {
        try (Frame frame = new Frame()) {
            return sent(send(frame, identity, signal), identity, signal);
        }
    }

    @Override
    public final boolean signalGroup(Identity leader, int signal) {
        if (there(leader).isEmpty()) {
            return false;
        }
        try (Frame frame = new Frame()) {
            int failed = frame.call(Libc.Processes.KILL, -leader.pid(), signal);
            return sent(failed == 0 ? 0 : frame.errno(), leader, signal);
        }
    }

    private static boolean sent(int errno, Identity identity, int signal) {
        if (errno == 0 || errno == Errno.ESRCH) {
            return errno == 0;
        }
        if (Errno.exhausted(errno)) {
            throw Errno.cannotLook(Errno.words(errno));
        }
        throw new TsmException.Failed(
                "cannot send " + Signals.name(signal) + " to process " + identity.pid() + ": " + Errno.words(errno),
                errno == Errno.EPERM ? "it belongs to another user; ask that user, or root" : "");
    }

    @Override
    public final boolean groupExists(long pgid) {
        if (pgid <= 1) {
            // kill(2): 0 would mean our own group, -1 everybody.
            throw new IllegalArgumentException("process group " + pgid);
        }
        try (Frame frame = new Frame()) {
            return frame.call(Libc.Processes.KILL, -pgid, 0) == 0 || frame.errno() == Errno.EPERM;
        }
    }

    @Override
    public final ProcessTable processes() {
        return processes.table();
    }

    @Override
    public final Optional<Map<String, String>> environment(long pid) {
        return processes.environment(pid);
    }

    @Override
    public final Optional<String> environmentVariable(long pid, String name) {
        return processes.environmentVariable(pid, name);
    }

    @Override
    public final List<String> commandLine(long pid) {
        return processes.commandLine(pid);
    }

    @Override
    public final Optional<String> workingDirectory(long pid) {
        return processes.workingDirectory(pid);
    }

    @Override
    public final Optional<String> executable(long pid) {
        return processes.executable(pid);
    }

    @Override
    public final OptionalInt umask(long pid) {
        return processes.umask(pid);
    }

    @Override
    public final Map<Long, List<Listener>> listeners(Collection<Long> pids) {
        Map<Long, Long> owners = owners(pids);
        Map<Long, List<Listener>> found = new HashMap<>();
        for (Listener listener : listeners()) {
            Long pid = owners.get(listener.inode());
            if (pid != null) {
                found.computeIfAbsent(pid, owner -> new ArrayList<>(1)).add(listener);
            }
        }
        return found;
    }

    @Override
    public final ListeningSocket listen(@Nullable String address, int port) throws IOException {
        return TcpListen.open(address, port);
    }

    @Override
    public final PortState portState(int port) {
        return PortProbe.state(port);
    }

    @Override
    public final Rights rights() {
        return rights;
    }

    @Override
    public final HelperResult run(HelperRequest request) throws SpawnException, InterruptedException {
        return new Helper(request, this).run(this::start);
    }

    @Override
    public void close() {
        reaper.close();
    }
}
