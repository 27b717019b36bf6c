package dev.tetra.tsm.supervise;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.store.Store;
import java.nio.file.Path;
import java.time.Clock;

/** What all supervisors of a home share. */
public record Supervision(
        Store store, Host host, LogFiles logs, Path home, Clock clock, Checkpoints checkpoints, Sightings sightings) {

    /** Told of every run that was executed, so that its ports can be looked at later. */
    @FunctionalInterface
    public interface Sightings {
        /** A process of that key runs a new run. */
        void executed(long processKey);
    }
}
