package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.store.Store;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes up with the daemon besides what is wanted anyway: enabled services, and what was stopped only because the
 * machine went down. A daemon that takes over from one which died or was replaced in this boot changes nothing that a user
 * had stopped: it starts only those enabled services of which there is no process at all.
 */
public final class Boot {
    private static final Logger LOG = LoggerFactory.getLogger(Boot.class);
    private static final String BOOT = "boot-id";
    private static final String ENDED = "daemon-ended";
    private static final String RESUME = "resume";

    private final Store store;
    private final Host host;
    private final Keeper keeper;
    private final Services services;
    private final Chain chain;
    private final CountDownLatch asked = new CountDownLatch(1);

    Boot(Store store, Host host, Keeper keeper, Services services, Chain chain) {
        this.chain = chain;
        this.store = store;
        this.host = host;
        this.keeper = keeper;
        this.services = services;
    }

    /** Whether the daemon starts anew, and does not take over; to be asked before recovery, which notes the boot. */
    public boolean startsAnew() {
        return store.call(tx -> {
            boolean sameBoot =
                    tx.settings().get(BOOT).map(host.bootId()::equals).orElse(false);
            boolean orderly = tx.settings().get(ENDED).map("yes"::equals).orElse(false);
            tx.settings().put(ENDED, "no");
            return !sameBoot || orderly;
        });
    }

    /** Notes that the daemon was told to end. */
    public void endsOrderly() {
        store.run(tx -> tx.settings().put(ENDED, "yes"));
    }

    /** Starts what is to come up. What cannot be started is written down; nobody waits for it. */
    public void comeUp(Caller daemon, boolean anew) {
        Supplier<List<Keeper.Result>> resumed;
        Supplier<List<Services.Result>> enabled;
        try {
            keeper.finishDeletions();
            bringUpNeeds(daemon);
            resumed = resume(daemon);
            enabled = services.beginEnabled(daemon, !anew, false);
        } finally {
            asked.countDown();
        }
        for (Keeper.Result result : resumed.get()) {
            if (result.failure() != null) {
                failed(result.process().label() + " was not started again after the machine had gone down: "
                        + result.failure().getMessage());
            }
        }
        for (Services.Result result : enabled.get()) {
            TsmException failure = result.failure();
            if (failure != null) {
                failed("service " + result.service().name() + " was not started with the daemon: "
                        + failure.getMessage());
            }
        }
    }

    /**
     * Waits until all that comes up with the daemon has been asked to run, so that what a user asks from then on is the last
     * word: a stop would find nothing to stop yet, and be undone.
     *
     * @return false when the time was over before
     */
    public boolean awaitAsked(Duration atMost) {
        try {
            return asked.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * What a process needs is asked to run before the process itself is wanted, but a daemon that died in between may not have
     * written that down. Such a process was not executed yet, and would be taken for one whose need stays away.
     */
    private void bringUpNeeds(Caller daemon) {
        List<ManagedProcess> begun = store.call(tx -> tx.processes().all()).stream()
                .filter(p -> p.life().wanted() == Wanted.RUN && p.status() == Status.STARTING)
                .filter(p -> p.run() != null && p.run().identity() == null)
                .toList();
        for (ManagedProcess process : begun) {
            try {
                chain.bringUp(process, daemon);
            } catch (TsmException e) {
                failed("what " + process.label() + " needs was not started with the daemon: " + e.getMessage());
            }
        }
    }

    private Supplier<List<Keeper.Result>> resume(Caller daemon) {
        Set<String> keys = store.call(tx -> tx.settings().get(RESUME))
                .map(text -> Arrays.stream(text.split(",")).collect(Collectors.toSet()))
                .orElse(Set.of());
        if (keys.isEmpty()) {
            return List::of;
        }
        List<ManagedProcess> resting = store.call(tx -> tx.processes().all()).stream()
                .filter(p -> keys.contains(Long.toString(p.key())) && p.status().settled())
                .toList();
        Supplier<List<Keeper.Result>> end = keeper.beginAgain(resting, daemon, false);
        return () -> {
            List<Keeper.Result> results = end.get();
            store.run(tx -> tx.settings().put(RESUME, ""));
            return results;
        };
    }

    private void failed(String what) {
        LOG.warn(what);
        store.run(tx -> tx.journal().configEvent(Origin.TSM, what));
    }

    /** Stops every process because the machine goes down; the next daemon starts again what was wanted. */
    public List<Keeper.Result> goDown(Caller caller) {
        List<ManagedProcess> running = store.call(tx -> tx.processes().all()).stream()
                .filter(p -> p.life().wanted() == Wanted.RUN && !p.status().settled())
                // Of a job between two runs nothing is to be stopped, and its next time stays known.
                .filter(p -> !p.life().awaitsTime())
                .toList();
        String keys = running.stream().map(p -> Long.toString(p.key())).collect(Collectors.joining(","));
        store.run(tx -> {
            tx.settings().put(RESUME, keys);
            tx.journal().configEvent(Origin.TSM, "the machine goes down: " + running.size() + " processes are stopped");
        });
        return keeper.stop(running, caller, null);
    }
}
