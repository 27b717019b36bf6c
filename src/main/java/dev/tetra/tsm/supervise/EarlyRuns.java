package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.store.Tx;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs that are executed before they are written down. Where a run has ended and the next one follows at once, the user waits
 * for that, and nothing that is wanted changes by it: so it is executed first, and then the end and the next run are
 * committed together. A daemon that dies in between leaves the mark of that run ({@link Marks}), by which the next daemon
 * writes down what is missing, before it looks what is alive. Safe for use by many threads.
 */
final class EarlyRuns {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyRuns.class);

    private final Supervision with;
    private final Tokens tokens;
    private final Set<String> unwritten = ConcurrentHashMap.newKeySet();

    EarlyRuns(Supervision with, Tokens tokens) {
        this.with = with;
        this.tokens = tokens;
    }

    /** Whether nothing but the program itself belongs to a run of that process, so that only the spawn comes before it. */
    static boolean suit(ManagedProcess process) {
        return process.spec().supervision().health().equals(HealthPolicy.NONE)
                && process.spec().supervision().limits().equals(LimitPolicy.NONE)
                && process.spec().supervision().order().after().isEmpty()
                && !ListenSockets.listensFor(process);
    }

    /** A run of that token is about to be executed. */
    void begins(String token) {
        unwritten.add(token);
    }

    /** It is written down, or was not executed. */
    void over(String token) {
        unwritten.remove(token);
    }

    /** The tokens of those of which the database does not know yet, or has just learned. */
    Set<String> unwritten() {
        return Set.copyOf(unwritten);
    }

    /** Writes down those that a daemon before this one has executed and not written down. */
    void writeLeft() {
        for (Marks.Executed executed : new Marks(with.home()).executed()) {
            if (tokens.made(executed.token())) {
                try {
                    with.store().run(tx -> write(tx, executed));
                } catch (TsmException e) {
                    // What is alive is found by its token too, and whether the database can be written others say.
                    LOG.error("a run that was executed cannot be written down: {}", e.getMessage());
                }
            }
        }
    }

    private void write(Tx tx, Marks.Executed executed) {
        if (tx.runs().withToken(executed.token()).isPresent()) {
            return;
        }
        ManagedProcess process = tx.processes().find(executed.processKey()).orElse(null);
        Run ended = process == null ? null : process.run();
        // Anything else is a mark beside a database that is not the one it was made beside.
        if (process == null
                || ended == null
                || ended.identity() == null
                || ended.exit() != null
                || process.life().wanted() != Wanted.RUN
                || process.status() != Status.ONLINE
                || with.host().alive(ended.identity())) {
            return;
        }
        Instant now = with.clock().instant();
        Exit unseen = new Exit.Unknown("the daemon died before it was written down");
        Lifecycle next = process.life().nextGeneration().restarted();
        tx.runs().ended(ended.key(), unseen, now);
        long run = tx.runs().decide(process.key(), next.generation(), executed.token(), RunCause.UNSEEN);
        tx.processes().saveLife(process.key(), null, next, run);
        tx.journal()
                .event(EventKind.EXIT, process.key(), process.name(), ended.key(), Origin.PROCESS, unseen.inWords());
        tx.journal()
                .event(
                        EventKind.RESTART,
                        process.key(),
                        process.name(),
                        run,
                        Origin.TSM,
                        "run again, cause: " + RunCause.UNSEEN.word());
    }
}
