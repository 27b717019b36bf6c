package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.Health;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.HealthReport;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.ProbeReport;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.Told;
import dev.tetra.tsm.spec.NotifyMessage;
import dev.tetra.tsm.supervise.Attendant;
import dev.tetra.tsm.supervise.Happening;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The probes of one run: which of them look when, and what is told of what they find. A run that is over has no say any
 * more: what its looks find later is dropped here, and by its generation once more.
 */
final class RunProbes {
    /** So many times in a row what the program tells is written down at once; from then on once in {@link #PAUSE}. */
    private static final int AT_ONCE = 5;

    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final ReentrantLock lock = new ReentrantLock();
    private final HealthPolicy policy;
    private final long processKey;
    private final long runKey;
    private final long generation;
    private final Attendant.Teller teller;
    private final Clockwork clockwork;
    private final Recorder recorder;
    private final Map<ProbePurpose, Asking> askings = new EnumMap<>(ProbePurpose.class);

    private Status status = Status.STARTING;
    private boolean begun;
    private boolean over;
    private long beganNanos;
    private long deadline;
    private Clockwork.@Nullable Due tooLate;
    private @Nullable String said;
    private @Nullable Long mainPid;
    private @Nullable Duration patience;
    private double writes = AT_ONCE;
    private long countedNanos = System.nanoTime();
    private Clockwork.@Nullable Due write;

    /** Makes the looks of a probe. */
    interface Looks {
        Look of(Probe probe);
    }

    /** Takes what has changed, to be kept; for any thread, may not wait. */
    interface Recorder {
        void found(RunProbes run, ProbePurpose purpose);

        /** The program has told something new of itself. */
        void told(RunProbes run);
    }

    RunProbes(
            ManagedProcess process,
            long runKey,
            Looks looks,
            Attendant.Teller teller,
            Clockwork clockwork,
            Recorder recorder,
            Clock clock) {
        this.policy = process.spec().supervision().health();
        this.processKey = process.key();
        this.runKey = runKey;
        this.generation = process.life().generation();
        this.teller = teller;
        this.clockwork = clockwork;
        this.recorder = recorder;
        policy.probes().forEach(probe -> askings.put(probe.purpose(), new Asking(probe, looks.of(probe), this, clock)));
    }

    long processKey() {
        return processKey;
    }

    long runKey() {
        return runKey;
    }

    long generation() {
        return generation;
    }

    HealthPolicy policy() {
        return policy;
    }

    // --- for the probes of this run ---

    /** Does something later under the lock. */
    Clockwork.@Nullable Due after(Duration delay, Runnable task) {
        return clockwork.after(delay, () -> under(task));
    }

    /** Does something about then under the lock, see {@link Agenda#addSociable}. */
    Clockwork.@Nullable Due inCompany(Duration delay, Object target, Runnable task) {
        return clockwork.inCompany(delay, target, () -> under(task));
    }

    /** Does something under the lock. */
    void under(Runnable task) {
        lock.lock();
        try {
            task.run();
        } finally {
            lock.unlock();
        }
    }

    // --- what the supervisor decides ---

    /** The run goes on like this. */
    void follow(ManagedProcess process) {
        under(() -> {
            status = process.status();
            if (over) {
                return;
            }
            if (!begun) {
                begin(process.life().health());
            }
            Asking live = askings.get(ProbePurpose.LIVE);
            if (status == Status.ONLINE && live != null) {
                live.begin(null, process.life().health() != Health.UNKNOWN, policy.startTimeout());
            }
        });
    }

    private void begin(Health health) {
        begun = true;
        beganNanos = System.nanoTime();
        boolean starts = status == Status.STARTING;
        if (starts) {
            deadline = beganNanos + policy.startTimeout().toNanos();
            tooLate = after(policy.startTimeout(), this::late);
        }
        Asking startup = askings.get(ProbePurpose.STARTUP);
        if (startup != null && starts) {
            startup.begin(null, false, FOR_EVER);
            return;
        }
        Asking ready = askings.get(ProbePurpose.READY);
        if (ready != null) {
            Boolean known = (starts || health == Health.UNKNOWN) ? null : Boolean.valueOf(health == Health.READY);
            ready.begin(known, known != null, policy.startTimeout());
        }
    }

    private void late() {
        if (over || status != Status.STARTING) {
            return;
        }
        long now = System.nanoTime();
        if (deadline - now > 0) {
            tooLate = after(Duration.ofNanos(deadline - now), this::late);
            return;
        }
        Asking gate = gate();
        if (gate != null) {
            teller.tell(generation, new Happening.StartTimedOut(Duration.ofNanos(now - beganNanos), gate.complaint()));
        }
    }

    /** What is waited for. */
    private @Nullable Asking gate() {
        Asking startup = askings.get(ProbePurpose.STARTUP);
        return startup != null && !startup.holds() ? startup : askings.get(ProbePurpose.READY);
    }

    void end() {
        under(() -> {
            over = true;
            if (tooLate != null) {
                tooLate.cancel();
            }
            askings.values().forEach(Asking::end);
        });
    }

    // --- what the probes find ---

    /** A probe holds now, or does not any more. */
    void changed(Asking asking) {
        if (over) {
            return;
        }
        recorder.found(this, asking.probe().purpose());
        switch (asking.probe().purpose()) {
            case STARTUP -> {
                if (asking.holds()) {
                    asking.end();
                    started();
                }
            }
            case READY ->
                teller.tell(
                        generation, asking.holds() ? new Happening.Ready() : new Happening.Unready(asking.complaint()));
            case LIVE -> {
                if (!asking.holds()) {
                    asking.end();
                    teller.tell(generation, new Happening.RestartNeeded(RunCause.LIVENESS, asking.complaint()));
                } else if (!policy.gated()) {
                    teller.tell(generation, new Happening.Ready());
                }
            }
        }
    }

    private void started() {
        Asking ready = askings.get(ProbePurpose.READY);
        if (ready == null) {
            teller.tell(generation, new Happening.Ready());
        } else {
            ready.begin(null, false, policy.startTimeout());
        }
    }

    // --- what the program tells ---

    /** The program says something of itself. */
    void told(NotifyMessage message) {
        under(() -> {
            String text = message.status();
            String saidNow = text == null ? said : text.isEmpty() ? null : text;
            Long mainNow = message.mainPid() == null ? mainPid : message.mainPid();
            Duration patienceNow = message.patience() == null ? patience : message.patience();
            boolean same = Objects.equals(said, saidNow)
                    && Objects.equals(mainPid, mainNow)
                    && Objects.equals(patience, patienceNow);
            said = saidNow;
            mainPid = mainNow;
            patience = patienceNow;
            if (!same) {
                writeDown();
            }
            if (message.moreTime() != null) {
                moreTime(message.moreTime());
            }
            for (Asking asking : List.copyOf(askings.values())) {
                if (asking.probe().check() instanceof Check.Notify) {
                    told(asking, message);
                }
            }
        });
    }

    /** What it tells now and then is written at once, and what it tells every moment not each time. */
    private void writeDown() {
        if (write != null || over) {
            return;
        }
        long now = System.nanoTime();
        writes = Math.min(AT_ONCE, writes + (now - countedNanos) / (double) PAUSE.toNanos());
        countedNanos = now;
        if (writes >= 1) {
            writes--;
            recorder.told(this);
            return;
        }
        write = after(PAUSE, () -> {
            write = null;
            recorder.told(this);
        });
    }

    /** What it told a daemon before this one. */
    void restore(@Nullable String status, @Nullable Long main, @Nullable Duration watchdog) {
        under(() -> {
            said = status;
            mainPid = main;
            patience = watchdog;
            Asking live = askings.get(ProbePurpose.LIVE);
            if (watchdog != null && live != null && live.probe().check() instanceof Check.Notify) {
                live.patience(watchdog);
            }
        });
    }

    @Nullable
    Long mainPid() {
        lock.lock();
        try {
            return mainPid;
        } finally {
            lock.unlock();
        }
    }

    /** What the next daemon has to know of what it told. */
    Told told(@Nullable Identity main) {
        lock.lock();
        try {
            return new Told(said, main, patience);
        } finally {
            lock.unlock();
        }
    }

    private static void told(Asking asking, NotifyMessage message) {
        if (asking.probe().purpose() == ProbePurpose.LIVE) {
            if (message.patience() != null) {
                asking.patience(message.patience());
            }
            if (message.failed()) {
                asking.told(false, "it says itself that it has failed");
            } else if (message.alive()) {
                asking.feed();
            }
            return;
        }
        if (message.stopping()) {
            asking.told(false, "it says that it is stopping");
        } else if (message.ready()) {
            asking.told(true, "it says that it is ready");
        } else if (message.reloading()) {
            asking.told(false, "it says that it is reloading");
        }
    }

    private void moreTime(Duration time) {
        if (status == Status.STOPPING) {
            teller.tell(generation, new Happening.MoreTime(time));
        } else if (status == Status.STARTING && begun) {
            long later = System.nanoTime() + time.toNanos();
            deadline = later - deadline > 0 ? later : deadline;
        }
    }

    @Nullable
    ProbeReport report(ProbePurpose purpose) {
        lock.lock();
        try {
            Asking asking = askings.get(purpose);
            return asking == null ? null : asking.report();
        } finally {
            lock.unlock();
        }
    }

    HealthReport report() {
        lock.lock();
        try {
            return new HealthReport(
                    askings.values().stream().map(Asking::report).toList(), said, mainPid);
        } finally {
            lock.unlock();
        }
    }
}
