package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.os.Signals;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of one run: signals reach all of them, and it is gone only when every one is. Used by one thread.
 *
 * <p>Members that were ever seen are remembered by identity, because a descendant whose parents have died is no longer
 * linked to its run by the kernel.
 */
final class RunTree {
    private static final Logger LOG = LoggerFactory.getLogger(RunTree.class);
    /** Cheap looks at the group alone before a scan tells zombies from the living. */
    private static final int CHEAP_LOOKS = 5;

    private final Host host;
    private final TreeScanner scanner;
    private final Identity leader;
    private final String token;
    private final Set<Identity> known = new HashSet<>();
    private final Set<Identity> asked = new HashSet<>();
    private boolean endSeen;
    private int signal;
    private boolean killing;
    private int looks;

    RunTree(Host host, TreeScanner scanner, Identity leader, String token) {
        this.host = host;
        this.scanner = scanner;
        this.leader = leader;
        this.token = token;
    }

    Identity leader() {
        return leader;
    }

    /** The leader's end was seen by this daemon. */
    void leaderEnded() {
        endSeen = true;
    }

    boolean leaderEndSeen() {
        return endSeen;
    }

    boolean leaderAlive() {
        return !endSeen && host.alive(leader);
    }

    /** Everything of it that is alive. */
    List<ProcessTree.Member> living() {
        List<ProcessTree.Member> members =
                scanner.members(new ProcessTree.Scope(leader, token, endSeen, List.copyOf(known)));
        members.forEach(member -> known.add(member.identity()));
        return members;
    }

    /** Whether the leader's group has members, for the price of one system call; only true knowledge once its end was seen. */
    boolean groupRemains() {
        return endSeen && host.groupExists(leader.pid());
    }

    /** Sends a signal to the group, followed by CONT so that a suspended process can react. */
    void ask(String name) {
        signal = Signals.number(name);
        List<ProcessTree.Member> members = living();
        if (leaderAlive()) {
            quietly(() -> host.signalGroup(leader, signal));
            quietly(() -> host.signalGroup(leader, Signals.number("CONT")));
            members.stream().filter(m -> m.info().pgid() == leader.pid()).forEach(m -> asked.add(m.identity()));
        } else {
            members.forEach(this::askOne);
        }
    }

    /** Sends SIGKILL to the group and to every descendant that left it, now and to whatever appears later. */
    void kill() {
        killing = true;
        List<ProcessTree.Member> members = living();
        if (leaderAlive()) {
            quietly(() -> host.signalGroup(leader, Signals.number("KILL")));
        }
        members.forEach(this::killOne);
    }

    /** Whether nothing of it is alive. What the leader left behind is asked to stop, or killed, on the way. */
    boolean gone() {
        boolean cheap = endSeen && !killing && looks++ % CHEAP_LOOKS != CHEAP_LOOKS - 1;
        if (cheap && host.groupExists(leader.pid())) {
            return false;
        }
        List<ProcessTree.Member> members = living();
        if (killing) {
            members.forEach(this::killOne);
        } else if (!leaderAlive() && signal != 0) {
            members.stream().filter(m -> !asked.contains(m.identity())).forEach(this::askOne);
        }
        return members.isEmpty();
    }

    private void askOne(ProcessTree.Member member) {
        asked.add(member.identity());
        quietly(() -> host.signal(member.identity(), signal));
        quietly(() -> host.signal(member.identity(), Signals.number("CONT")));
    }

    private void killOne(ProcessTree.Member member) {
        quietly(() -> host.signal(member.identity(), Signals.number("KILL")));
    }

    /** One that may not be signalled (a setuid descendant) must not keep the others from it; it shows as a survivor. */
    private static void quietly(Runnable send) {
        try {
            send.run();
        } catch (TsmException.Failed e) {
            LOG.warn("a signal was refused: {}", e.getMessage());
        }
    }
}
