package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import dev.tetra.tsm.os.Signals;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of one run: signals reach all of them, and it is gone only when every one is. Used by one thread.
 *
 * <p>Members that were ever seen are remembered by identity, because a descendant whose parents have died is no longer
 * linked to its run by the kernel. What the run before left outside of its group is ended while this one runs, and belongs
 * to it until then, so that a stop ends it too.
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
    /** What is alive of the runs before. */
    private @Nullable RunTree before;

    RunTree(Host host, TreeScanner scanner, Identity leader, String token, @Nullable RunTree before) {
        this.host = host;
        this.scanner = scanner;
        this.leader = leader;
        this.token = token;
        this.before = before;
    }

    /** What the runs before this one left behind, until that was seen to be gone. */
    @Nullable
    RunTree before() {
        return before;
    }

    /** What that run leaves belongs to what the runs before this one leave. */
    void follows(RunTree earlier) {
        if (before == null) {
            before = earlier;
        } else {
            before.follows(earlier);
        }
    }

    /** The runs before left nothing. */
    void forgetBefore() {
        before = null;
    }

    Identity leader() {
        return leader;
    }

    /** The leader's end was seen by this daemon. */
    void leaderEnded() {
        endSeen = true;
    }

    boolean leaderAlive() {
        return !endSeen && host.alive(leader);
    }

    /** Everything of it that is alive, with what is alive of the runs before. */
    List<ProcessTree.Member> living() {
        List<ProcessTree.Member> all = new ArrayList<>(own());
        if (before != null) {
            all.addAll(before.living());
        }
        return all;
    }

    private List<ProcessTree.Member> own() {
        List<ProcessTree.Member> members =
                scanner.members(new ProcessTree.Scope(leader, token, endSeen, List.copyOf(known)));
        members.forEach(member -> known.add(member.identity()));
        return members;
    }

    /** Whether something lives in the group of a leader that ended; mostly for the price of one system call. */
    boolean groupRemains() {
        // Zombies, which a careless init leaves for ever, are in the group but hold nothing.
        boolean here = (!endSeen || host.groupExists(leader.pid()))
                && own().stream().anyMatch(member -> member.info().pgid() == leader.pid());
        return here || (before != null && before.groupRemains());
    }

    /** Sends a signal to the group, followed by CONT so that a suspended process can react. */
    void ask(String name) {
        if (before != null) {
            before.ask(name);
        }
        askOwn(name);
    }

    /** The same to those that were not asked to stop yet; whether there were any. */
    boolean askOthers(String name) {
        boolean others = before != null && before.askOthers(name);
        if (asked()) {
            return others;
        }
        askOwn(name);
        return true;
    }

    private void askOwn(String name) {
        signal = Signals.number(name);
        List<ProcessTree.Member> members = own();
        if (leaderAlive()) {
            quietly(() -> host.signalGroup(leader, signal));
            quietly(() -> host.signalGroup(leader, Signals.number("CONT")));
            members.stream().filter(m -> m.info().pgid() == leader.pid()).forEach(m -> asked.add(m.identity()));
        } else {
            members.forEach(this::askOne);
        }
    }

    /** Leaves the leader alone, which was asked in another way; what it leaves behind will get the signal. */
    void askOthersLater(String name) {
        signal = Signals.number(name);
        if (before != null) {
            before.ask(name);
        }
    }

    /** The same leader, ended, without what is linked to it by its token alone. */
    RunTree withoutToken() {
        RunTree same = new RunTree(host, scanner, leader, "", before);
        same.known.addAll(known);
        same.leaderEnded();
        return same;
    }

    /** Sends SIGKILL to the group and to every descendant that left it, now and to whatever appears later. */
    void kill() {
        killing = true;
        if (before != null) {
            before.kill();
        }
        List<ProcessTree.Member> members = own();
        if (leaderAlive()) {
            quietly(() -> host.signalGroup(leader, Signals.number("KILL")));
        }
        members.forEach(this::killOne);
    }

    /** Whether it was asked to stop, or killed. */
    boolean asked() {
        return signal != 0 || killing;
    }

    /** Whether it was killed. */
    boolean killed() {
        return killing;
    }

    /** Whether nothing of it is alive. What the leader left behind is asked to stop, or killed, on the way. */
    boolean gone() {
        if (before != null && before.gone()) {
            before = null;
        }
        return ownGone() && before == null;
    }

    private boolean ownGone() {
        boolean cheap = endSeen && !killing && looks++ % CHEAP_LOOKS != CHEAP_LOOKS - 1;
        if (cheap && host.groupExists(leader.pid())) {
            return false;
        }
        List<ProcessTree.Member> members = own();
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
