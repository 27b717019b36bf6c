package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import java.time.Instant;
import java.util.Optional;

/** When processes run next by their schedules. */
public final class Schedules {
    private Schedules() {}

    /** The first time after a moment; empty when a process has no times. */
    public static Optional<Instant> after(TriggerPolicy policy, Instant moment) {
        return policy.cron() == null
                ? Optional.empty()
                : Cron.parse(policy.cron(), "--cron").next(moment, policy.zone());
    }

    /** When a process's time comes next; empty for one that has none, and for one that is not wanted. */
    public static Optional<Instant> next(ManagedProcess process, Instant now) {
        if (process.life().wanted() != Wanted.RUN) {
            return Optional.empty();
        }
        Instant due = process.life().triggers().due();
        // Right after a start its supervisor has not noted it yet.
        return due != null
                ? Optional.of(due)
                : after(process.spec().supervision().triggers(), now);
    }
}
