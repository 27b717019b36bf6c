package dev.tetra.tsm.engine;

import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.store.History;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.store.Tx;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Drops history that is older, or more, than the settings say. */
public final class Retention {
    private final Store store;
    private final Clock clock;

    Retention(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The settings that it goes by; another list means that it should be done again. */
    public List<String> rules() {
        return store.call(tx -> List.of(
                Configuration.KEEP_EVENTS.of(tx),
                Configuration.KEEP_RUNS.of(tx),
                Configuration.KEEP_COMMANDS.of(tx),
                Configuration.KEEP_ROWS.of(tx)));
    }

    /** Does it, in many short transactions, until it is to stop. Returns how many rows were dropped. */
    public long prune(BooleanSupplier stops) {
        History.Keep keep = store.call(tx -> new History.Keep(
                since(tx, Configuration.KEEP_EVENTS),
                since(tx, Configuration.KEEP_RUNS),
                since(tx, Configuration.KEEP_COMMANDS),
                Long.parseLong(Configuration.KEEP_ROWS.of(tx))));
        long dropped = 0;
        while (!stops.getAsBoolean()) {
            int some = store.call(tx -> tx.history().prune(keep));
            if (some == 0) {
                break;
            }
            dropped += some;
        }
        return dropped;
    }

    private Instant since(Tx tx, Configuration.Known setting) {
        return clock.instant().minus(Durations.parse(setting.of(tx), setting.name()));
    }
}
