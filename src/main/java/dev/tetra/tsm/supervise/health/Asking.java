package dev.tetra.tsm.supervise.health;

import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.ProbeReport;
import dev.tetra.tsm.spec.Durations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One probe of one run: looks again and again, never twice at a time, and counts. Everything here is done under the lock
 * of the {@link RunProbes} it belongs to, but for the looks themselves.
 */
final class Asking {
    private final Probe probe;
    private final Look look;
    private final RunProbes run;
    private final Clock clock;

    private boolean begun;
    private boolean over;
    private boolean flying;
    private boolean everHeld;
    private @Nullable Boolean holds;
    private int good;
    private int bad;
    private @Nullable Instant at;
    private Look.Result last = Look.Result.bad("");
    private Clockwork.@Nullable Due next;
    /** Until when failures do not count before it has held, by {@link System#nanoTime}. */
    private long graceEnd;

    private long fed;
    private Duration patience;

    /**
     * A probe that does not look yet.
     *
     * @param look how it looks; not used for what the program tells of itself
     */
    Asking(Probe probe, Look look, RunProbes run, Clock clock) {
        this.probe = probe;
        this.look = look;
        this.run = run;
        this.clock = clock;
        this.patience = probe.patience();
    }

    Probe probe() {
        return probe;
    }

    /** Whether it was found to be so; unknown is not. */
    boolean holds() {
        return Boolean.TRUE.equals(holds);
    }

    /** What the last look that failed has shown, with the question. */
    String complaint() {
        String question = (probe.check().kind() + " " + probe.check().target()).strip();
        if (probe.check() instanceof Check.Notify) {
            return last.message().isEmpty() ? "it has not said so" : last.message();
        }
        return at == null ? question + ": not looked at yet" : question + ": " + last.message();
    }

    ProbeReport report() {
        return new ProbeReport(probe, holds, last.good() ? good : bad, at, last.good(), last.message());
    }

    /**
     * Begins to look.
     *
     * @param known how the daemon before this one found it; null when nobody knows
     * @param counts whether failures count before it has held
     * @param grace how long they do not count otherwise, so that a program can get going
     */
    void begin(@Nullable Boolean known, boolean counts, Duration grace) {
        if (begun || over) {
            return;
        }
        begun = true;
        everHeld |= counts;
        holds = holds == null ? known : holds;
        graceEnd = System.nanoTime() + grace.toNanos();
        if (!(probe.check() instanceof Check.Notify)) {
            next = run.after(probe.delay(), this::due);
        } else if (probe.purpose() == ProbePurpose.LIVE) {
            fed = System.nanoTime();
            next = run.after(patience, this::due);
        } else if (holds()) {
            run.changed(this);
        }
    }

    void end() {
        over = true;
        if (next != null) {
            next.cancel();
        }
    }

    // --- looking ---

    private void due() {
        if (over || flying) {
            return;
        }
        if (probe.check() instanceof Check.Notify) {
            watch();
            return;
        }
        flying = true;
        look.begin(result -> run.under(() -> landed(result)));
    }

    private void landed(Look.Result result) {
        flying = false;
        if (over) {
            return;
        }
        count(result);
        boolean settled = probe.check() instanceof Check.Log && probe.purpose() != ProbePurpose.LIVE && holds();
        if (!settled && !over) {
            boolean eager = !everHeld && probe.interval().compareTo(Probe.EAGER) > 0 && inGrace();
            Object target = look.target();
            if (eager || target == null || !last.good()) {
                next = run.after(eager ? Probe.EAGER : probe.interval(), this::due);
            } else {
                next = run.inCompany(probe.interval(), target, this::due);
            }
        }
    }

    private boolean inGrace() {
        return System.nanoTime() - graceEnd < 0;
    }

    private void count(Look.Result result) {
        if (result.open() && (good > 0 || bad > 0)) {
            return;
        }
        last = result;
        at = clock.instant();
        if (result.open()) {
            return;
        }
        good = result.good() ? good + 1 : 0;
        bad = result.good() ? 0 : bad + 1;
        if (result.good() && good >= probe.success()) {
            hold(true);
        } else if (!result.good() && bad >= probe.failure() && (everHeld || !inGrace())) {
            hold(false);
        }
    }

    private void hold(boolean now) {
        if (holds == null || holds != now) {
            holds = now;
            everHeld |= now;
            run.changed(this);
        }
    }

    // --- what the program tells ---

    /** The program says that it is so, or that it is not. */
    void told(boolean so, String message) {
        last = Look.Result.of(so, message);
        at = clock.instant();
        good = so ? good + 1 : 0;
        bad = so ? 0 : bad + 1;
        everHeld |= so;
        boolean same = holds != null && holds == so;
        holds = so;
        if (!same && begun) {
            run.changed(this);
        }
    }

    /** The program is alive. */
    void feed() {
        fed = System.nanoTime();
        if (begun) {
            count(Look.Result.good("fed"));
        }
    }

    /** The program wants its watchdog to wait so long from now on. */
    void patience(Duration time) {
        patience = time;
        if (begun && !over && next != null) {
            next.cancel();
            next = run.after(time, this::due);
        }
    }

    private void watch() {
        Duration since = Duration.ofNanos(System.nanoTime() - fed);
        Duration left = patience.minus(since);
        if (!left.isNegative() && !left.isZero()) {
            next = run.after(left, this::due);
            return;
        }
        told(false, "its watchdog heard nothing for " + Durations.format(patience));
    }
}
