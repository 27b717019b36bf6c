package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In what the table of states of a job differs from that of a service; every other pair is in {@link TransitionTest}. */
class JobTransitionTest {
    private static final RestartPolicy NEVER = new RestartPolicy(
            RestartPolicy.Restart.NO,
            RestartPolicy.DEFAULT.backoffMin(),
            RestartPolicy.DEFAULT.backoffMax(),
            RestartPolicy.DEFAULT.stableAfter(),
            RestartPolicy.DEFAULT.minUptime(),
            RestartPolicy.DEFAULT.maxUnstable());

    private static TriggerPolicy job(boolean times) {
        return new TriggerPolicy(
                true,
                times ? "0 3 * * *" : null,
                times ? "UTC" : null,
                TriggerPolicy.Overlap.SKIP,
                false,
                List.of(),
                List.of(),
                0,
                Duration.ZERO);
    }

    private static String differences(RestartPolicy policy, TriggerPolicy of) {
        Transition service = new Transition(policy);
        Transition job = new Transition(policy, SuccessCodes.USUAL, of);
        StringBuilder actual = new StringBuilder();
        TransitionTest.STATES.forEach((state, life) -> TransitionTest.HAPPENINGS.forEach((name, happening) -> {
            String words = TransitionTest.words(life, job.next(life, happening));
            if (!words.equals(TransitionTest.words(life, service.next(life, happening)))) {
                actual.append("%-10s %-18s %s%n".formatted(state, name, words));
            }
        }));
        return actual.toString();
    }

    @Test
    void a_job_that_runs_once() {
        assertEquals("""
                starting   found-rebooted     errored row-2/4 SWEEP
                replacing  found-rebooted     errored row-2/4 SWEEP
                online     found-rebooted     errored row-2/4 SWEEP
                reviving   tree-gone-asked    errored
                reviving   tree-gone          errored
                reviving   found-gone         errored
                reviving   found-unspawned    errored
                reviving   found-rebooted     errored
                unready    found-rebooted     errored row-2/4 health-unknown SWEEP
                waiting    came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                waiting    came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                waiting    found-rebooted     = SWEEP BACKOFF(200)
                awaiting   came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                awaiting   came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                exited     came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                exited     came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                errored    came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                errored    came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                lost-run   found-rebooted     errored row-2/4 SWEEP
                """, differences(NEVER, job(false)));
    }

    @Test
    void a_job_that_has_times() {
        assertEquals("""
                starting   need-failed        waiting row-0/0 next-schedule
                starting   spawn-failed       waiting row-0/0 next-schedule SWEEP
                starting   spawn-failed-asked waiting row-0/0 next-schedule
                starting   ended-0            waiting row-0/0 next-schedule SWEEP
                starting   ended-1            waiting row-0/0 next-schedule SWEEP
                starting   ended-0-asked      waiting row-0/0 next-schedule SWEEP
                starting   ended-1-asked      waiting row-0/0 next-schedule SWEEP
                starting   pre-bad            waiting row-0/0 next-schedule SWEEP
                starting   pre-bad-asked      waiting row-0/0 next-schedule SWEEP
                starting   found-gone         waiting row-0/0 next-schedule SWEEP
                starting   found-remains      waiting row-0/0 next-schedule SWEEP
                starting   found-rebooted     waiting row-0/0 next-schedule SWEEP
                replacing  found-gone         waiting row-0/0 next-schedule SWEEP
                replacing  found-remains      waiting row-0/0 next-schedule SWEEP
                replacing  found-rebooted     waiting row-0/0 next-schedule SWEEP
                online     ended-0            waiting row-0/0 next-schedule SWEEP
                online     ended-1            waiting row-0/0 next-schedule SWEEP
                online     ended-0-asked      waiting row-0/0 next-schedule SWEEP
                online     ended-1-asked      waiting row-0/0 next-schedule SWEEP
                online     found-gone         waiting row-0/0 next-schedule SWEEP
                online     found-remains      waiting row-0/0 next-schedule SWEEP
                online     found-rebooted     waiting row-0/0 next-schedule SWEEP
                reviving   tree-gone-asked    waiting row-0/0 next-schedule
                reviving   tree-gone          waiting row-0/0 next-schedule
                reviving   found-gone         waiting row-0/0 next-schedule
                reviving   found-unspawned    waiting row-0/0 next-schedule
                reviving   found-rebooted     waiting row-0/0 next-schedule
                unready    ended-0            waiting row-0/0 health-unknown next-schedule SWEEP
                unready    ended-1            waiting row-0/0 health-unknown next-schedule SWEEP
                unready    ended-0-asked      waiting row-0/0 health-unknown next-schedule SWEEP
                unready    ended-1-asked      waiting row-0/0 health-unknown next-schedule SWEEP
                unready    found-gone         waiting row-0/0 health-unknown next-schedule SWEEP
                unready    found-remains      waiting row-0/0 health-unknown next-schedule SWEEP
                unready    found-rebooted     waiting row-0/0 health-unknown next-schedule SWEEP
                late       tree-gone-asked    waiting row-0/0 next-schedule
                late       tree-gone          waiting row-0/0 next-schedule
                late       found-gone         waiting row-0/0 next-schedule
                late       found-unspawned    waiting row-0/0 next-schedule
                late       found-rebooted     waiting row-0/0 next-schedule
                resting    tree-gone-asked    waiting row-0/0 next-schedule rest-none
                resting    tree-gone          waiting row-0/0 next-schedule rest-none
                resting    found-gone         waiting row-0/0 next-schedule rest-none
                resting    found-unspawned    waiting row-0/0 next-schedule rest-none
                resting    found-rebooted     waiting row-0/0 next-schedule rest-none
                waiting    came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                waiting    came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                waiting    found-rebooted     = SWEEP BACKOFF(200)
                awaiting   came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                awaiting   came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                stopped    start              waiting wanted-run row-0/0 next-schedule
                exited     start              waiting row-0/0 next-schedule due-unknown
                exited     came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                exited     came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                errored    start              waiting row-0/0 next-schedule due-unknown
                errored    came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                errored    came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                lost-run   found-gone         waiting row-0/0 next-schedule SWEEP
                lost-run   found-remains      waiting row-0/0 next-schedule SWEEP
                lost-run   found-rebooted     waiting row-0/0 next-schedule SWEEP
                """, differences(NEVER, job(true)));
    }

    @Test
    void a_job_that_has_times_and_is_run_again_when_it_fails() {
        assertEquals("""
                starting   need-failed        waiting row-0/0 next-schedule
                starting   spawn-failed-asked waiting row-0/0 next-schedule
                starting   ended-0            waiting row-0/0 next-schedule SWEEP
                starting   ended-1            waiting row-0/0 next-schedule SWEEP
                starting   ended-0-asked      waiting row-0/0 next-schedule SWEEP
                starting   ended-1-asked      waiting row-0/0 next-schedule SWEEP
                starting   pre-bad-asked      waiting row-0/0 next-schedule SWEEP
                starting   found-rebooted     waiting row-2/4 next-unseen SWEEP BACKOFF(200)
                replacing  found-rebooted     waiting row-2/4 next-unseen SWEEP BACKOFF(200)
                online     ended-0            waiting row-0/0 next-schedule SWEEP
                online     ended-0-asked      waiting row-0/0 next-schedule SWEEP
                online     found-rebooted     waiting row-2/4 next-unseen SWEEP BACKOFF(200)
                unready    ended-0            waiting row-0/0 health-unknown next-schedule SWEEP
                unready    ended-0-asked      waiting row-0/0 health-unknown next-schedule SWEEP
                unready    found-rebooted     waiting row-2/4 health-unknown next-unseen SWEEP BACKOFF(200)
                late       tree-gone-asked    waiting row-0/0 next-schedule
                resting    tree-gone-asked    waiting row-0/0 next-schedule rest-none
                resting    tree-gone          waiting row-0/0 next-schedule rest-none
                resting    found-gone         waiting row-0/0 next-schedule rest-none
                resting    found-unspawned    waiting row-0/0 next-schedule rest-none
                resting    found-rebooted     waiting row-0/0 next-schedule rest-none
                waiting    came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                waiting    came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                waiting    found-rebooted     = SWEEP BACKOFF(200)
                awaiting   came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                awaiting   came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                stopped    start              waiting wanted-run row-0/0 next-schedule
                exited     start              waiting row-0/0 next-schedule due-unknown
                exited     came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                exited     came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                errored    start              waiting row-0/0 next-schedule due-unknown
                errored    came               starting generation+1 row-0/0 due-next SPAWN(schedule)
                errored    came-replace       starting generation+1 row-0/0 due-next SPAWN(schedule)
                lost-run   found-rebooted     waiting row-2/4 next-unseen SWEEP BACKOFF(200)
                """, differences(RestartPolicy.DEFAULT, job(true)));
    }

    @Test
    void a_job_that_was_ended_by_tsm_has_failed() {
        Lifecycle ending = new Lifecycle(Wanted.RUN, Status.STOPPING, 7, 2, 3, 5).withNext(RunCause.MAX_RUNTIME);
        assertEquals(
                "errored",
                TransitionTest.words(
                        ending,
                        new Transition(NEVER, SuccessCodes.USUAL, job(false)).next(ending, new Happening.TreeGone())));
        assertEquals(
                "waiting BACKOFF(200)",
                TransitionTest.words(
                        ending,
                        new Transition(RestartPolicy.DEFAULT, SuccessCodes.USUAL, job(false))
                                .next(ending, new Happening.TreeGone())));
        assertEquals(
                "starting generation+1 restarts+1 row-0/0 SPAWN(max-runtime)",
                TransitionTest.words(ending, new Transition(NEVER).next(ending, new Happening.TreeGone())));
    }
}
