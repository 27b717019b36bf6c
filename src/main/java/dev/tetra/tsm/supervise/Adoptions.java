package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.Run;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the ends of what a daemon before this one has executed told to the owner. What the system does not let us watch (EMFILE) is
 * looked at until it can be watched. Used by the owner's thread alone.
 */
final class Adoptions {
    private static final Logger LOG = LoggerFactory.getLogger(Adoptions.class);

    /** How often to look at what cannot be watched. */
    static final Duration UNWATCHED_LOOK = Duration.ofMillis(500);

    private final Supervision with;
    private final Timers timers;
    private final Execution.Owner owner;
    /** Whether a run could not be watched at some time. */
    private boolean looksInstead;

    Adoptions(Supervision with, Timers timers, Execution.Owner owner) {
        this.with = with;
        this.timers = timers;
        this.owner = owner;
    }

    /** Has the end of a run's leader told to the owner; false when it has ended. */
    boolean adopt(Run left, Identity identity) {
        try {
            return with.host().adopt(identity, exit -> owner.leaderEnded(left.key(), exit));
        } catch (RuntimeException e) {
            if (!looksInstead) {
                LOG.warn(
                        "{} is looked at, as it cannot be watched: {}",
                        owner.process().label(),
                        e.getMessage());
            }
            looksInstead = true;
            boolean alive = with.host().alive(identity);
            if (alive) {
                timers.set(Timers.Due.ADOPT, UNWATCHED_LOOK);
            }
            return alive;
        }
    }

    /** The same for a command around a run. */
    boolean adoptCommand(AroundRun.Kind kind, Run left, Identity leader) {
        try {
            return with.host().adopt(leader, exit -> owner.commandEnded(left.key(), kind, exit));
        } catch (RuntimeException e) {
            LOG.warn(
                    "a command of {} is looked at, as it cannot be watched",
                    owner.process().label(),
                    e);
            timers.set(Timers.Due.ADOPT, UNWATCHED_LOOK);
            return with.host().alive(leader);
        }
    }

    /** For its record alone: it is being ended. */
    void watchLast(Run candidate, Identity leader) {
        String unseen = "no daemon was there to see it";
        try {
            if (with.host().adopt(leader, exit -> owner.leaderEnded(candidate.key(), exit))) {
                return;
            }
        } catch (RuntimeException e) {
            LOG.warn("the end of pid {} will not be seen: {}", leader.pid(), e.getMessage());
            unseen = "it could not be watched";
        }
        owner.leaderEnded(candidate.key(), new Exit.Unknown(unseen));
    }

    /**
     * It is time to look again at what could not be watched.
     *
     * @param command the command around the present run that is at work, which then leads the tree; null for none
     * @param tree of the present run
     */
    void again(AroundRun.@Nullable Kind command, @Nullable RunTree tree) {
        Run run = owner.run();
        if (command != null && tree != null && run != null) {
            lookAtCommand(command, tree.leader(), run);
            return;
        }
        Identity identity = run == null ? null : run.identity();
        if (run != null && identity != null && run.exit() == null && !adopt(run, identity)) {
            owner.leaderEnded(run.key(), new Exit.Unknown("it could not be watched"));
        }
    }

    private void lookAtCommand(AroundRun.Kind kind, Identity leader, Run run) {
        if (with.host().alive(leader)) {
            timers.set(Timers.Due.ADOPT, UNWATCHED_LOOK);
        } else {
            owner.commandEnded(run.key(), kind, new Exit.Unknown("it could not be watched"));
        }
    }
}
