package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.NotifyMessage;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.supervise.health.Probing;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The use case of {@code tsm ready}: a script, or its user, says that a process is ready. */
public final class Readiness {
    private final Store store;
    private final Probing probing;

    Readiness(Store store, Probing probing) {
        this.store = store;
        this.probing = probing;
    }

    /**
     * The process that a caller is part of, by the run in its environment.
     *
     * @throws TsmException.Usage when it is part of none
     * @throws TsmException.NotFound when that run is over, or not of this home
     */
    public ManagedProcess own(Caller caller) {
        String token = caller.run()
                .orElseThrow(() -> new TsmException.Usage(
                        "tsm ready: no target, and TSM_RUN is not set, as it is in a process of tsm's",
                        "call it from inside the process, or name it: tsm ready NAME"));
        return store.call(tx -> {
                    Optional<Run> run = tx.runs().withToken(token);
                    return run.flatMap(r -> tx.processes().find(r.processKey()))
                            .filter(p -> p.run() != null && p.run().token().equals(token));
                })
                .orElseThrow(() -> new TsmException.NotFound(
                        "the run that TSM_RUN names is not going on here", "tsm list shows what runs"));
    }

    /**
     * Says that a process is ready, or only how it is.
     *
     * @param status what to show of it; null to leave that
     * @param ready false to say the status alone
     * @throws TsmException.Failed when it does not run, or no probe of it waits for such a word
     */
    public void tell(ManagedProcess process, boolean ready, @Nullable String status) {
        NotifyMessage message = ready || status == null ? NotifyMessage.ready(status) : NotifyMessage.status(status);
        if (process.pid() == null) {
            throw new TsmException.Failed(
                    process.label() + " does not run: it is " + process.status().word(),
                    "tsm restart " + process.name() + " runs it");
        }
        if (!probing.tell(process, message)) {
            throw new TsmException.Failed(
                    process.label() + " has no probe that waits to be told",
                    "start it with --ready-notify (or --startup-notify)");
        }
    }
}
