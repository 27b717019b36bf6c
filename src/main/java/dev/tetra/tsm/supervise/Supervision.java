package dev.tetra.tsm.supervise;

import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.store.Store;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** What all supervisors of a home share. */
public record Supervision(
        Store store,
        Host host,
        LogFiles logs,
        Path home,
        Clock clock,
        Checkpoints checkpoints,
        Sightings sightings,
        List<Attendant.Maker> attendants) {

    /** Told of every run that was executed, so that its ports can be looked at later, and of every end of a tracking. */
    @FunctionalInterface
    public interface Sightings {
        /** A process of that key runs a new run. */
        void executed(long processKey);

        /** The process of that key was deleted, and its rows are gone; whoever deleted it waits for this to return. */
        default void forgotten(long processKey) {}
    }
}
