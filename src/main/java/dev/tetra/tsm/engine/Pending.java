package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.supervise.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A process that has been asked to run, and the answer that is to come.
 *
 * @param process as it was when it was asked
 * @param notes what the user should be told
 * @param until when the one who asked goes on
 * @param patience how long he waits for what the process needs
 * @param limited whether he waits no longer than that for its probes either
 */
record Pending(
        ManagedProcess process,
        CompletableFuture<Outcome> reply,
        List<String> notes,
        StartRequest.Until until,
        Duration patience,
        boolean limited) {
    /** By one who waits for its probes as long as these may take. */
    Pending(
            ManagedProcess process,
            CompletableFuture<Outcome> reply,
            List<String> notes,
            StartRequest.Until until,
            Duration patience) {
        this(process, reply, notes, until, patience, false);
    }

    /** The same, as the one who asks by that request waits. */
    Pending as(StartRequest request) {
        return new Pending(process, reply, notes, request.until(), request.patience(), request.timeout() != null);
    }
}
