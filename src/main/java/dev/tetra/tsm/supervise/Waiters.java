package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Wanted;
import dev.tetra.tsm.os.ProcessInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those who wait for what they asked of one process. Used by its actor's thread alone. */
final class Waiters {
    private final List<Waiter> waiting = new ArrayList<>();

    void add(Waiter waiter) {
        waiting.add(waiter);
    }

    /** Whether a user waits for the run of that generation, so that its failure is told and not made up for. */
    boolean askedFor(long generation) {
        return waiting.stream()
                .anyMatch(waiter -> waiter.forRun(generation) && !waiter.reply().isDone());
    }

    /** Whether a user waits until the run of that generation has proven that it runs. */
    boolean proofAskedFor(long generation) {
        return waiting.stream().anyMatch(waiter -> waiter.forRun(generation) && waiter.goal() == Waiter.Goal.RUNNING);
    }

    /**
     * Answers those whose wish is settled.
     *
     * @param failure why the run could not be executed, if that is so
     */
    void settle(ManagedProcess process, String failure) {
        for (Waiter waiter : List.copyOf(waiting)) {
            if (waiter.reply().isDone()) {
                waiting.remove(waiter);
                continue;
            }
            Outcome outcome = outcomeFor(waiter, process, failure);
            if (outcome != null) {
                waiting.remove(waiter);
                waiter.reply().complete(outcome);
            }
        }
    }

    private static @Nullable Outcome outcomeFor(Waiter waiter, ManagedProcess process, String failure) {
        Status status = process.status();
        boolean runWanted = process.life().wanted() == Wanted.RUN;
        if (waiter.goal() == Waiter.Goal.ENDED) {
            return status.settled() || runOver(waiter, process) ? new Outcome.Done(process, false) : null;
        }
        if (waiter.goal() == Waiter.Goal.RESTING) {
            if (status.settled()) {
                return new Outcome.Done(process, waiter.changed());
            }
            return runWanted ? new Outcome.Refused(process, "it was started again meanwhile") : null;
        }
        Run run = process.run();
        boolean ofThis = run != null && run.generation() >= waiter.from();
        boolean executed = run != null && ofThis && run.identity() != null;
        if (waiter.startSettled(status, process.life().generation(), executed)) {
            return new Outcome.Done(process, waiter.changed());
        }
        if (process.life().awaitsTime() && process.life().generation() < waiter.from()) {
            // It was started, and that means to await its time.
            return new Outcome.Done(process, waiter.changed());
        }
        boolean over = status.settled() || runOver(waiter, process);
        if (over && process.spec().supervision().triggers().job() && done(process, waiter)) {
            return new Outcome.Done(process, waiter.changed());
        }
        if (over) {
            // What a user's stop ended, or was another run, says nothing about this start.
            return new Outcome.NotStarted(process, run != null && ofThis && runWanted ? run.exit() : null, failure);
        }
        return null;
    }

    /** Whether a run of a job that has times was waited for and has ended, as the job never comes to rest. */
    private static boolean runOver(Waiter waiter, ManagedProcess process) {
        Run run = process.run();
        return process.life().awaitsTime() && run != null && run.exit() != null && run.generation() >= waiter.from();
    }

    private static boolean done(ManagedProcess process, Waiter waiter) {
        Run run = process.run();
        return run != null
                && run.generation() >= waiter.from()
                && run.exit() != null
                && process.spec().supervision().limits().successCodes().success(run.exit());
    }

    /** Tells those who wait for a new run of that generation that the old one goes on in its place. */
    void tellKept(ManagedProcess process, @Nullable Exit exit, String why) {
        for (Waiter waiter : List.copyOf(waiting)) {
            if (waiter.changed() && waiter.forRun(process.life().generation())) {
                waiting.remove(waiter);
                waiter.reply().complete(new Outcome.Kept(process, exit, why));
            }
        }
    }

    /** Tells those who wait for something to come of it that it cannot be stopped. */
    void tellSurvivors(ManagedProcess process, List<ProcessInfo> survivors) {
        for (Waiter waiter : List.copyOf(waiting)) {
            if (waiter.goal() != Waiter.Goal.ENDED) {
                waiting.remove(waiter);
                waiter.reply().complete(new Outcome.Unstoppable(process, survivors));
            }
        }
    }

    /** Fails all of them. */
    void fail(TsmException why) {
        waiting.forEach(waiter -> waiter.reply().completeExceptionally(why));
    }
}
