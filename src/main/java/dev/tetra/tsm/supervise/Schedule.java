package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.spec.Cron;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the times of a process come. They are times of the wall clock, which may be set, or jump when the machine
 * has slept: it is looked at once a minute at least.
 */
final class Schedule implements Attendant {
    private static final Duration LOOK = Duration.ofMinutes(1);
    /** What comes later than this was missed. */
    private static final Duration LATE = Duration.ofMinutes(1);
    /** A clock that is set back by less is only put right. */
    private static final Duration SET_BACK = Duration.ofMinutes(1);

    private static final int COUNTED = 1000;

    private final Clock clock;
    private final Teller teller;
    private final Thread thread;
    private volatile @Nullable Followed followed;
    private volatile boolean over;
    private @Nullable Followed told;
    private @Nullable Instant latest;
    private String read = "";
    private @Nullable Cron times;

    /** A process as it was after one decision of its supervisor. */
    private static final class Followed {
        final ManagedProcess process;

        Followed(ManagedProcess process) {
            this.process = process;
        }
    }

    Schedule(Clock clock, Teller teller) {
        this.clock = clock;
        this.teller = teller;
        this.thread = Thread.ofVirtual().name("schedule").start(this::loop);
    }

    @Override
    public void follow(ManagedProcess process) {
        followed = new Followed(process);
        LockSupport.unpark(thread);
    }

    @Override
    public void close() {
        over = true;
        LockSupport.unpark(thread);
    }

    private void loop() {
        while (!over) {
            Followed present = followed;
            Duration pause = present == null ? LOOK : look(present);
            if (followed == present && !over) {
                LockSupport.parkNanos(this, pause.toNanos());
            }
        }
    }

    /** Looks at the clock; returns how long nothing can come. */
    private Duration look(Followed present) {
        ManagedProcess process = present.process;
        if (process.life().wanted() != Wanted.RUN || process.status() == Status.LOST) {
            return LOOK;
        }
        if (told == present) {
            // What comes of it has another process follow; if that was lost, it is told again.
            told = null;
            return LOOK;
        }
        TriggerPolicy policy = process.spec().supervision().triggers();
        Instant now = clock.instant();
        Instant due = process.life().triggers().due();
        if (due == null || wasSetBack(process, now)) {
            latest = now;
            Instant next = after(policy, now);
            if (next == null || next.equals(due)) {
                return LOOK;
            }
            return tell(present, new Happening.TimeSet(next, ""));
        }
        latest = now;
        if (now.isBefore(due)) {
            Duration left = Duration.between(now, due);
            return left.compareTo(LOOK) < 0 ? left : LOOK;
        }
        return tell(present, came(policy, due, now));
    }

    private Duration tell(Followed present, Happening happening) {
        told = present;
        teller.tell(present.process.life().generation(), happening);
        return LOOK;
    }

    private Happening came(TriggerPolicy policy, Instant due, Instant now) {
        Instant next = after(policy, now);
        boolean replace = !policy.job() || policy.overlap() == TriggerPolicy.Overlap.KILL;
        if (Duration.between(due, now).compareTo(LATE) <= 0) {
            return new Happening.TimeCame(due, next, replace, "its time has come");
        }
        String missed = missed(policy, due, now);
        return policy.catchUp()
                ? new Happening.TimeCame(due, next, replace, missed + ", caught up by one run")
                : new Happening.TimeSet(next, "schedule: " + missed + ", left out");
    }

    private String missed(TriggerPolicy policy, Instant due, Instant now) {
        int count = 1;
        Instant at = due;
        while (count < COUNTED) {
            at = after(policy, at);
            if (at == null || at.isAfter(now)) {
                break;
            }
            count++;
        }
        String times = count == COUNTED ? "at least " + COUNTED + " times" : count == 1 ? "one time" : count + " times";
        return times + " missed from "
                + due.atZone(policy.zone()).toOffsetDateTime().truncatedTo(ChronoUnit.SECONDS) + " on";
    }

    /** Then what was to come next is far off, and earlier times come again. */
    private boolean wasSetBack(ManagedProcess process, Instant now) {
        Instant before = latest;
        if (before == null && process.run() != null) {
            before = process.run().startedAt();
        }
        return before != null && now.isBefore(before.minus(SET_BACK));
    }

    private @Nullable Instant after(TriggerPolicy policy, Instant moment) {
        String cron = String.valueOf(policy.cron());
        if (times == null || !read.equals(cron)) {
            times = Cron.parse(cron, "--cron");
            read = cron;
        }
        return times.next(moment, policy.zone()).orElse(null);
    }
}
