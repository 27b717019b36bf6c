package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.spec.Needs;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Holds back runs until what they need is there. It alone looks from one supervisor at others; nobody waits in it: every
 * decision about a process has those looked at that are held back.
 */
final class Gates {
    /** A process as its supervisor knows it. */
    interface Tracked {
        /** As it is at present; for any thread. */
        ManagedProcess process();

        /** Whether it has been asked to run, or recovery has not decided what became of it; for any thread. */
        boolean undecided();

        /** What its probes said when it did not get ready in time; empty when it did, or that is not known; for any thread. */
        String late();
    }

    private record Held(ManagedProcess process, Attendant.Teller teller) {}

    private final Map<Long, Held> held = new ConcurrentHashMap<>();
    private final Supplier<Collection<? extends Tracked>> tracked;
    private volatile boolean comingUp;

    Gates(Supplier<Collection<? extends Tracked>> tracked) {
        this.tracked = tracked;
    }

    /** What rests may be about to be run: until that is over nothing has failed. */
    void comingUp(boolean is) {
        comingUp = is;
        held.values().forEach(entry -> settle(entry, needs(entry.process())));
    }

    /**
     * Holds a run back that needs others, until those are as it needs them or one has failed. That is told once, unless the
     * run is let go before.
     *
     * @return false when it need not wait, and nothing will be told
     */
    boolean hold(ManagedProcess process, Attendant.Teller teller) {
        Held entry = new Held(process, teller);
        // First in the map, then looked at: a change after the look finds it there.
        held.put(process.key(), entry);
        List<Needs.Need> needs = needs(process);
        if (met(needs) && held.remove(process.key(), entry)) {
            return false;
        }
        settle(entry, needs);
        return true;
    }

    /** What a process waits for, in words. */
    List<String> awaited(ManagedProcess process) {
        return needs(process).stream()
                .filter(need -> need.state() == Needs.State.PENDING)
                .flatMap(need -> need.sentences().stream())
                .toList();
    }

    /** Forgets a run that was held back: nothing will be told of it. */
    void release(long key) {
        held.remove(key);
    }

    /** Something about a process has changed. */
    void changed(ManagedProcess process) {
        for (Held entry : held.values()) {
            boolean needed = entry.process().spec().supervision().order().after().stream()
                    .anyMatch(dependency -> Needs.fits(dependency.name(), process));
            if (needed) {
                settle(entry, needs(entry.process()));
            }
        }
    }

    private void settle(Held entry, List<Needs.Need> needs) {
        ManagedProcess process = entry.process();
        String failed = comingUp
                ? ""
                : needs.stream()
                        .filter(need -> need.state() == Needs.State.FAILED)
                        .flatMap(need -> need.reproaches(this::late).stream())
                        .collect(Collectors.joining("; "));
        if ((met(needs) || !failed.isEmpty()) && held.remove(process.key(), entry)) {
            entry.teller()
                    .tell(
                            process.life().generation(),
                            failed.isEmpty() ? new Happening.NeedsMet() : new Happening.NeedFailed(failed));
        }
    }

    private String late(ManagedProcess process) {
        return tracked.get().stream()
                .filter(each -> each.process().key() == process.key())
                .map(Tracked::late)
                .findFirst()
                .orElse("");
    }

    private static boolean met(List<Needs.Need> needs) {
        return needs.stream().allMatch(need -> need.state() == Needs.State.MET);
    }

    private List<Needs.Need> needs(ManagedProcess process) {
        Set<Long> undecided = new HashSet<>();
        List<ManagedProcess> all = tracked.get().stream()
                .map(each -> {
                    // In this order: what was undecided is decided in the process that is read after.
                    boolean open = each.undecided();
                    ManagedProcess present = each.process();
                    if (open) {
                        undecided.add(present.key());
                    }
                    return present;
                })
                .toList();
        return Needs.of(process.spec().supervision().order(), all, p -> undecided.contains(p.key()));
    }
}
