package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Health;
import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of states, pair by pair. Sequences are in {@link RestartPolicyTest}. */
class TransitionTest {
    private static final Exit ZERO = new Exit.Code(0);
    private static final Exit ONE = new Exit.Code(1);
    private static final Exit UNSEEN = new Exit.Unknown("test");
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Instant DUE = Instant.parse("2026-03-01T03:00:00Z");
    private static final Instant NEXT = Instant.parse("2026-03-02T03:00:00Z");

    /** Every kind of happening, in each of the forms that make a difference. */
    static final Map<String, Happening> HAPPENINGS = new LinkedHashMap<>();

    static {
        HAPPENINGS.put("start", new Happening.StartAsked());
        HAPPENINGS.put("restart", new Happening.RestartAsked());
        HAPPENINGS.put("reload", new Happening.ReloadAsked(4));
        HAPPENINGS.put("needed-liveness", new Happening.RestartNeeded(RunCause.LIVENESS, "test"));
        HAPPENINGS.put("needed-watch", new Happening.RestartNeeded(RunCause.WATCH, "test"));
        HAPPENINGS.put("came", new Happening.TimeCame(DUE, NEXT, false, "test"));
        HAPPENINGS.put("came-replace", new Happening.TimeCame(DUE, NEXT, true, "test"));
        HAPPENINGS.put("came-before", new Happening.TimeCame(DUE.minusSeconds(9), NEXT, true, "test"));
        HAPPENINGS.put("time-set", new Happening.TimeSet(NEXT, ""));
        HAPPENINGS.put("unwatched", new Happening.Unwatched("test"));
        HAPPENINGS.put("stop", new Happening.StopAsked(false, false));
        HAPPENINGS.put("stop-remains", new Happening.StopAsked(false, true));
        HAPPENINGS.put("kill", new Happening.StopAsked(true, false));
        HAPPENINGS.put("kill-remains", new Happening.StopAsked(true, true));
        HAPPENINGS.put("needs-awaited", new Happening.NeedsAwaited("test"));
        HAPPENINGS.put("needs-met", new Happening.NeedsMet());
        HAPPENINGS.put("need-failed", new Happening.NeedFailed("test"));
        HAPPENINGS.put("spawned", new Happening.Spawned(false));
        HAPPENINGS.put("spawned-proof", new Happening.Spawned(true));
        HAPPENINGS.put("spawn-failed", new Happening.SpawnFailed(false));
        HAPPENINGS.put("spawn-failed-asked", new Happening.SpawnFailed(true));
        HAPPENINGS.put("proven", new Happening.Proven());
        HAPPENINGS.put("ended-0", new Happening.Ended(ZERO, SHORT));
        HAPPENINGS.put("ended-1", new Happening.Ended(ONE, SHORT));
        HAPPENINGS.put("ended-0-asked", new Happening.Ended(ZERO, SHORT, true));
        HAPPENINGS.put("ended-1-asked", new Happening.Ended(ONE, SHORT, true));
        HAPPENINGS.put("ready", new Happening.Ready());
        HAPPENINGS.put("unready", new Happening.Unready("test"));
        HAPPENINGS.put("start-timeout", new Happening.StartTimedOut(Duration.ofSeconds(30), "test"));
        HAPPENINGS.put("start-timeout-short", new Happening.StartTimedOut(SHORT, "test"));
        HAPPENINGS.put("more-time", new Happening.MoreTime(Duration.ofSeconds(9)));
        HAPPENINGS.put("tree-gone-asked", new Happening.TreeGone(true));
        HAPPENINGS.put("tree-gone", new Happening.TreeGone());
        HAPPENINGS.put("tree-gone-unclean", new Happening.Unclean());
        HAPPENINGS.put("command-began", new Happening.CommandBegan(AroundRun.Kind.POST_STOP));
        HAPPENINGS.put("pre-good", command(AroundRun.Kind.PRE_START, true, false));
        HAPPENINGS.put("pre-bad", command(AroundRun.Kind.PRE_START, false, false));
        HAPPENINGS.put("pre-bad-asked", command(AroundRun.Kind.PRE_START, false, true));
        HAPPENINGS.put("stop-good", command(AroundRun.Kind.STOP_COMMAND, true, false));
        HAPPENINGS.put("stop-bad", command(AroundRun.Kind.STOP_COMMAND, false, false));
        HAPPENINGS.put("post-over", command(AroundRun.Kind.POST_STOP, true, false));
        HAPPENINGS.put("kill-due", new Happening.KillDue());
        HAPPENINGS.put("survived", new Happening.Survived());
        HAPPENINGS.put("backoff-over", new Happening.BackoffElapsed());
        HAPPENINGS.put("stable", new Happening.Stable());
        HAPPENINGS.put("standby-ended", new Happening.StandbyEnded(ONE, true));
        HAPPENINGS.put("standby-ended-pre", new Happening.StandbyEnded(ONE, false));
        HAPPENINGS.put("found-standby", new Happening.FoundStandby());
        HAPPENINGS.put("found-running", new Happening.FoundRunning());
        HAPPENINGS.put("found-pre", new Happening.FoundCommand(AroundRun.Kind.PRE_START));
        HAPPENINGS.put("found-post", new Happening.FoundCommand(AroundRun.Kind.POST_STOP));
        HAPPENINGS.put("found-gone", new Happening.FoundGone(UNSEEN, Duration.ZERO, true, false, false));
        HAPPENINGS.put("found-remains", new Happening.FoundGone(UNSEEN, Duration.ZERO, true, true, false));
        HAPPENINGS.put("found-unspawned", new Happening.FoundGone(UNSEEN, Duration.ZERO, false, false, false));
        HAPPENINGS.put("found-rebooted", new Happening.FoundGone(UNSEEN, Duration.ZERO, true, false, true));
    }

    /** Every state a process can be in, with 2 restarts made in this row after 3 unstable runs. */
    static final Map<String, Lifecycle> STATES = new LinkedHashMap<>();

    static {
        STATES.put("starting", life(Wanted.RUN, Status.STARTING));
        STATES.put("replacing", life(Wanted.RUN, Status.ONLINE).beside(4));
        STATES.put("online", life(Wanted.RUN, Status.ONLINE));
        STATES.put("stopping", life(Wanted.STOP, Status.STOPPING));
        STATES.put("restarting", life(Wanted.RUN, Status.STOPPING));
        STATES.put("reviving", life(Wanted.RUN, Status.STOPPING).withNext(RunCause.LIVENESS));
        STATES.put("refreshing", life(Wanted.RUN, Status.STOPPING).withNext(RunCause.WATCH));
        STATES.put("unready", life(Wanted.RUN, Status.ONLINE).withHealth(Health.UNREADY));
        STATES.put("late", life(Wanted.RUN, Status.STOPPING).withNext(RunCause.START_TIMEOUT));
        STATES.put("cleaning", life(Wanted.RUN, Status.STOPPING).withNext(RunCause.EXIT));
        STATES.put("resting", life(Wanted.RUN, Status.STOPPING).withRest(Status.EXITED));
        STATES.put("waiting", life(Wanted.RUN, Status.WAITING));
        STATES.put("awaiting", life(Wanted.RUN, Status.WAITING).withNext(RunCause.SCHEDULE));
        STATES.put("stopped", life(Wanted.STOP, Status.STOPPED));
        STATES.put("exited", life(Wanted.RUN, Status.EXITED));
        STATES.put("errored", life(Wanted.RUN, Status.ERRORED));
        STATES.put("lost-run", life(Wanted.RUN, Status.LOST));
        STATES.put("lost-stop", life(Wanted.STOP, Status.LOST));
    }

    private static Happening command(AroundRun.Kind kind, boolean good, boolean asked) {
        return new Happening.CommandEnded(kind, good, asked, "test");
    }

    private static Lifecycle life(Wanted wanted, Status status) {
        Lifecycle life = new Lifecycle(wanted, status, 7, 2, 3, 5);
        return wanted == Wanted.RUN ? life.withDue(DUE) : life;
    }

    /** State, happening, and what comes of it. What is not listed is of no consequence. */
    private static final String TABLE = """
            starting   start              = due-unknown
            starting   restart            stopping restarts+1 next-restart due-unknown ASK
            starting   needed-liveness    stopping next-liveness ASK
            starting   needed-watch       stopping next-watch ASK
            starting   came               = due-next
            starting   came-replace       stopping next-schedule due-next ASK
            starting   time-set           = due-next
            starting   unwatched          = unwatched
            starting   stop               stopping wanted-stop due-unknown ASK
            starting   stop-remains       stopping wanted-stop due-unknown ASK
            starting   kill               stopping wanted-stop due-unknown KILL
            starting   kill-remains       stopping wanted-stop due-unknown KILL
            starting   needs-met          = EXECUTE
            starting   need-failed        errored
            starting   spawned            online STABLE
            starting   spawned-proof      = PROOF
            starting   spawn-failed       waiting row-2/4 next-exit SWEEP BACKOFF(200)
            starting   spawn-failed-asked errored
            starting   proven             online STABLE
            starting   ended-0            exited SWEEP
            starting   ended-1            errored SWEEP
            starting   ended-0-asked      exited SWEEP
            starting   ended-1-asked      errored SWEEP
            starting   pre-good           = PROGRAM
            starting   pre-bad            waiting row-2/4 next-exit SWEEP BACKOFF(200)
            starting   pre-bad-asked      errored SWEEP
            starting   found-running      online STABLE
            starting   found-gone         waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            starting   found-remains      waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            starting   found-unspawned    = generation+1 SPAWN(recovery)
            starting   found-rebooted     = generation+1 row-0/0 SPAWN(boot)
            replacing  start              = due-unknown
            replacing  restart            stopping restarts+1 next-restart due-unknown ASK
            replacing  needed-liveness    online FALLBACK STABLE
            replacing  needed-watch       stopping next-watch ASK
            replacing  came               = due-next
            replacing  came-replace       stopping next-schedule due-next ASK
            replacing  time-set           = due-next
            replacing  unwatched          = unwatched
            replacing  stop               stopping wanted-stop due-unknown ASK
            replacing  stop-remains       stopping wanted-stop due-unknown ASK
            replacing  kill               stopping wanted-stop due-unknown KILL
            replacing  kill-remains       stopping wanted-stop due-unknown KILL
            replacing  spawned            = PROOF
            replacing  spawned-proof      = PROOF
            replacing  spawn-failed       online FALLBACK STABLE
            replacing  spawn-failed-asked online FALLBACK STABLE
            replacing  proven             online restarts+1 row-0/0 STABLE RETIRE
            replacing  ended-0            online FALLBACK STABLE
            replacing  ended-1            online FALLBACK STABLE
            replacing  ended-0-asked      online FALLBACK STABLE
            replacing  ended-1-asked      online FALLBACK STABLE
            replacing  pre-good           = PROGRAM
            replacing  pre-bad            online FALLBACK STABLE
            replacing  pre-bad-asked      online FALLBACK STABLE
            replacing  standby-ended      online STABLE
            replacing  standby-ended-pre  = alone
            replacing  found-standby      online FALLBACK STABLE
            replacing  found-running      online STABLE
            replacing  found-gone         waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            replacing  found-remains      waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            replacing  found-unspawned    = generation+1 alone SPAWN(recovery)
            replacing  found-rebooted     = generation+1 row-0/0 alone SPAWN(boot)
            online     start              = due-unknown
            online     restart            stopping restarts+1 next-restart due-unknown ASK
            online     reload             starting generation+1 beside SPAWN(reload)
            online     needed-liveness    stopping next-liveness ASK
            online     needed-watch       stopping next-watch ASK
            online     came               = due-next
            online     came-replace       stopping next-schedule due-next ASK
            online     time-set           = due-next
            online     unwatched          = unwatched
            online     stop               stopping wanted-stop due-unknown ASK
            online     stop-remains       stopping wanted-stop due-unknown ASK
            online     kill               stopping wanted-stop due-unknown KILL
            online     kill-remains       stopping wanted-stop due-unknown KILL
            online     ended-0            exited row-2/0 SWEEP
            online     ended-1            waiting row-2/4 next-exit SWEEP BACKOFF(200)
            online     ended-0-asked      exited row-2/0 SWEEP
            online     ended-1-asked      waiting row-2/4 next-exit SWEEP BACKOFF(200)
            online     ready              = health-ready
            online     unready            = health-unready
            online     stable             = row-0/0
            online     found-running      = STABLE
            online     found-gone         waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            online     found-remains      waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            online     found-unspawned    starting generation+1 SPAWN(recovery)
            online     found-rebooted     starting generation+1 row-0/0 SPAWN(boot)
            stopping   start              = wanted-run next-start
            stopping   restart            = wanted-run restarts+1 next-restart
            stopping   stop               = KILL
            stopping   stop-remains       = KILL
            stopping   kill               = KILL
            stopping   kill-remains       = KILL
            stopping   ended-0            = WATCH
            stopping   ended-1            = WATCH
            stopping   ended-0-asked      = WATCH
            stopping   ended-1-asked      = WATCH
            stopping   more-time          = TIME(9000)
            stopping   tree-gone-asked    stopped
            stopping   tree-gone          stopped
            stopping   tree-gone-unclean  = CLEAN
            stopping   pre-good           = WATCH
            stopping   pre-bad            = WATCH
            stopping   pre-bad-asked      = WATCH
            stopping   stop-bad           = SIGNAL
            stopping   post-over          = ASK
            stopping   kill-due           = KILL
            stopping   survived           = SURVIVORS
            stopping   found-running      = ASK
            stopping   found-pre          = ASK
            stopping   found-gone         stopped
            stopping   found-remains      = ASK
            stopping   found-unspawned    stopped
            stopping   found-rebooted     stopped
            restarting start              = due-unknown
            restarting restart            = restarts+1 next-restart due-unknown
            restarting came               = due-next
            restarting came-replace       = due-next
            restarting time-set           = due-next
            restarting unwatched          = unwatched
            restarting stop               = wanted-stop due-unknown
            restarting stop-remains       = wanted-stop due-unknown
            restarting kill               = wanted-stop due-unknown KILL
            restarting kill-remains       = wanted-stop due-unknown KILL
            restarting ended-0            = WATCH
            restarting ended-1            = WATCH
            restarting ended-0-asked      = WATCH
            restarting ended-1-asked      = WATCH
            restarting more-time          = TIME(9000)
            restarting tree-gone-asked    starting generation+1 row-0/0 SPAWN(restart)
            restarting tree-gone          starting generation+1 row-0/0 SPAWN(restart)
            restarting tree-gone-unclean  = CLEAN
            restarting pre-good           = WATCH
            restarting pre-bad            = WATCH
            restarting pre-bad-asked      = WATCH
            restarting stop-bad           = SIGNAL
            restarting post-over          = ASK
            restarting kill-due           = KILL
            restarting survived           = SURVIVORS
            restarting found-running      = ASK
            restarting found-pre          = ASK
            restarting found-gone         starting generation+1 row-0/0 SPAWN(restart)
            restarting found-remains      = ASK
            restarting found-unspawned    starting generation+1 row-0/0 SPAWN(restart)
            restarting found-rebooted     starting generation+1 row-0/0 SPAWN(restart)
            reviving   start              = due-unknown
            reviving   restart            = restarts+1 next-restart due-unknown
            reviving   came               = due-next
            reviving   came-replace       = due-next
            reviving   time-set           = due-next
            reviving   unwatched          = unwatched
            reviving   stop               = wanted-stop due-unknown
            reviving   stop-remains       = wanted-stop due-unknown
            reviving   kill               = wanted-stop due-unknown KILL
            reviving   kill-remains       = wanted-stop due-unknown KILL
            reviving   ended-0            = WATCH
            reviving   ended-1            = WATCH
            reviving   ended-0-asked      = WATCH
            reviving   ended-1-asked      = WATCH
            reviving   more-time          = TIME(9000)
            reviving   tree-gone-asked    waiting BACKOFF(200)
            reviving   tree-gone          waiting BACKOFF(200)
            reviving   tree-gone-unclean  = CLEAN
            reviving   pre-good           = WATCH
            reviving   pre-bad            = WATCH
            reviving   pre-bad-asked      = WATCH
            reviving   stop-bad           = SIGNAL
            reviving   post-over          = ASK
            reviving   kill-due           = KILL
            reviving   survived           = SURVIVORS
            reviving   found-running      = ASK
            reviving   found-pre          = ASK
            reviving   found-gone         waiting BACKOFF(200)
            reviving   found-remains      = ASK
            reviving   found-unspawned    waiting BACKOFF(200)
            reviving   found-rebooted     waiting BACKOFF(200)
            refreshing start              = due-unknown
            refreshing restart            = restarts+1 next-restart due-unknown
            refreshing came               = due-next
            refreshing came-replace       = due-next
            refreshing time-set           = due-next
            refreshing unwatched          = unwatched
            refreshing stop               = wanted-stop due-unknown
            refreshing stop-remains       = wanted-stop due-unknown
            refreshing kill               = wanted-stop due-unknown KILL
            refreshing kill-remains       = wanted-stop due-unknown KILL
            refreshing ended-0            = WATCH
            refreshing ended-1            = WATCH
            refreshing ended-0-asked      = WATCH
            refreshing ended-1-asked      = WATCH
            refreshing more-time          = TIME(9000)
            refreshing tree-gone-asked    starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            refreshing tree-gone          starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            refreshing tree-gone-unclean  = CLEAN
            refreshing pre-good           = WATCH
            refreshing pre-bad            = WATCH
            refreshing pre-bad-asked      = WATCH
            refreshing stop-bad           = SIGNAL
            refreshing post-over          = ASK
            refreshing kill-due           = KILL
            refreshing survived           = SURVIVORS
            refreshing found-running      = ASK
            refreshing found-pre          = ASK
            refreshing found-gone         starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            refreshing found-remains      = ASK
            refreshing found-unspawned    starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            refreshing found-rebooted     starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            unready    start              = due-unknown
            unready    restart            stopping restarts+1 health-unknown next-restart due-unknown ASK
            unready    reload             starting generation+1 health-unknown beside SPAWN(reload)
            unready    needed-liveness    stopping health-unknown next-liveness ASK
            unready    needed-watch       stopping health-unknown next-watch ASK
            unready    came               = due-next
            unready    came-replace       stopping health-unknown next-schedule due-next ASK
            unready    time-set           = due-next
            unready    unwatched          = unwatched
            unready    stop               stopping wanted-stop health-unknown due-unknown ASK
            unready    stop-remains       stopping wanted-stop health-unknown due-unknown ASK
            unready    kill               stopping wanted-stop health-unknown due-unknown KILL
            unready    kill-remains       stopping wanted-stop health-unknown due-unknown KILL
            unready    ended-0            exited row-2/0 health-unknown SWEEP
            unready    ended-1            waiting row-2/4 health-unknown next-exit SWEEP BACKOFF(200)
            unready    ended-0-asked      exited row-2/0 health-unknown SWEEP
            unready    ended-1-asked      waiting row-2/4 health-unknown next-exit SWEEP BACKOFF(200)
            unready    ready              = health-ready
            unready    stable             = row-0/0
            unready    found-running      = STABLE
            unready    found-gone         waiting row-2/4 health-unknown next-unseen SWEEP BACKOFF(200)
            unready    found-remains      waiting row-2/4 health-unknown next-unseen SWEEP BACKOFF(200)
            unready    found-unspawned    starting generation+1 health-unknown SPAWN(recovery)
            unready    found-rebooted     starting generation+1 row-0/0 health-unknown SPAWN(boot)
            late       start              = due-unknown
            late       restart            = restarts+1 next-restart due-unknown
            late       came               = due-next
            late       came-replace       = due-next
            late       time-set           = due-next
            late       unwatched          = unwatched
            late       stop               = wanted-stop due-unknown
            late       stop-remains       = wanted-stop due-unknown
            late       kill               = wanted-stop due-unknown KILL
            late       kill-remains       = wanted-stop due-unknown KILL
            late       ended-0            = WATCH
            late       ended-1            = WATCH
            late       ended-0-asked      = WATCH
            late       ended-1-asked      = WATCH
            late       more-time          = TIME(9000)
            late       tree-gone-asked    errored
            late       tree-gone          waiting BACKOFF(200)
            late       tree-gone-unclean  = CLEAN
            late       pre-good           = WATCH
            late       pre-bad            = WATCH
            late       pre-bad-asked      = WATCH
            late       stop-bad           = SIGNAL
            late       post-over          = ASK
            late       kill-due           = KILL
            late       survived           = SURVIVORS
            late       found-running      = ASK
            late       found-pre          = ASK
            late       found-gone         waiting BACKOFF(200)
            late       found-remains      = ASK
            late       found-unspawned    waiting BACKOFF(200)
            late       found-rebooted     waiting BACKOFF(200)
            cleaning   start              = next-start due-unknown
            cleaning   restart            = restarts+1 next-restart due-unknown
            cleaning   came               = due-next
            cleaning   came-replace       = due-next
            cleaning   time-set           = due-next
            cleaning   unwatched          = unwatched
            cleaning   stop               = wanted-stop due-unknown
            cleaning   stop-remains       = wanted-stop due-unknown
            cleaning   kill               = wanted-stop due-unknown KILL
            cleaning   kill-remains       = wanted-stop due-unknown KILL
            cleaning   ended-0            = WATCH
            cleaning   ended-1            = WATCH
            cleaning   ended-0-asked      = WATCH
            cleaning   ended-1-asked      = WATCH
            cleaning   more-time          = TIME(9000)
            cleaning   tree-gone-asked    waiting BACKOFF(200)
            cleaning   tree-gone          waiting BACKOFF(200)
            cleaning   tree-gone-unclean  = CLEAN
            cleaning   pre-good           = WATCH
            cleaning   pre-bad            = WATCH
            cleaning   pre-bad-asked      = WATCH
            cleaning   stop-bad           = SIGNAL
            cleaning   post-over          = ASK
            cleaning   kill-due           = KILL
            cleaning   survived           = SURVIVORS
            cleaning   found-running      = ASK
            cleaning   found-pre          = ASK
            cleaning   found-gone         waiting BACKOFF(200)
            cleaning   found-remains      = ASK
            cleaning   found-unspawned    waiting BACKOFF(200)
            cleaning   found-rebooted     waiting BACKOFF(200)
            resting    start              = next-start due-unknown rest-none
            resting    restart            = restarts+1 next-restart due-unknown rest-none
            resting    came               = due-next
            resting    came-replace       = due-next
            resting    time-set           = due-next
            resting    unwatched          = unwatched
            resting    stop               = wanted-stop due-unknown rest-none
            resting    stop-remains       = wanted-stop due-unknown rest-none
            resting    kill               = wanted-stop due-unknown rest-none KILL
            resting    kill-remains       = wanted-stop due-unknown rest-none KILL
            resting    ended-0            = WATCH
            resting    ended-1            = WATCH
            resting    ended-0-asked      = WATCH
            resting    ended-1-asked      = WATCH
            resting    more-time          = TIME(9000)
            resting    tree-gone-asked    exited rest-none
            resting    tree-gone          exited rest-none
            resting    tree-gone-unclean  = CLEAN
            resting    pre-good           = WATCH
            resting    pre-bad            = WATCH
            resting    pre-bad-asked      = WATCH
            resting    stop-bad           = SIGNAL
            resting    post-over          = ASK
            resting    kill-due           = KILL
            resting    survived           = SURVIVORS
            resting    found-running      = ASK
            resting    found-pre          = ASK
            resting    found-gone         exited rest-none
            resting    found-remains      = ASK
            resting    found-unspawned    exited rest-none
            resting    found-rebooted     exited rest-none
            waiting    start              starting generation+1 row-0/0 due-unknown SPAWN(start)
            waiting    restart            starting generation+1 restarts+1 row-0/0 due-unknown SPAWN(restart)
            waiting    needed-watch       starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            waiting    came               starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            waiting    came-replace       starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            waiting    time-set           = due-next
            waiting    unwatched          = unwatched
            waiting    stop               stopped wanted-stop due-unknown
            waiting    stop-remains       stopping wanted-stop due-unknown ASK
            waiting    kill               stopped wanted-stop due-unknown
            waiting    kill-remains       stopping wanted-stop due-unknown KILL
            waiting    backoff-over       starting generation+1 restarts+1 row-3/3 SPAWN(exit)
            waiting    found-running      online STABLE
            waiting    found-gone         = SWEEP BACKOFF(200)
            waiting    found-remains      = SWEEP BACKOFF(200)
            waiting    found-unspawned    = SWEEP BACKOFF(200)
            waiting    found-rebooted     starting generation+1 row-0/0 SPAWN(boot)
            awaiting   start              starting generation+1 row-0/0 due-unknown SPAWN(start)
            awaiting   restart            starting generation+1 restarts+1 row-0/0 due-unknown SPAWN(restart)
            awaiting   came               starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            awaiting   came-replace       starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            awaiting   time-set           = due-next
            awaiting   unwatched          = unwatched
            awaiting   stop               stopped wanted-stop due-unknown
            awaiting   stop-remains       stopping wanted-stop due-unknown ASK
            awaiting   kill               stopped wanted-stop due-unknown
            awaiting   kill-remains       stopping wanted-stop due-unknown KILL
            awaiting   found-running      online STABLE
            awaiting   found-gone         = SWEEP
            awaiting   found-remains      = SWEEP
            awaiting   found-unspawned    = SWEEP
            awaiting   found-rebooted     = SWEEP
            stopped    start              starting wanted-run generation+1 row-0/0 SPAWN(start)
            stopped    restart            starting wanted-run generation+1 restarts+1 row-0/0 SPAWN(restart)
            stopped    stop-remains       stopping ASK
            stopped    kill-remains       stopping KILL
            stopped    found-running      stopping ASK
            stopped    found-remains      = SWEEP
            exited     start              starting generation+1 row-0/0 due-unknown SPAWN(start)
            exited     restart            starting generation+1 restarts+1 row-0/0 due-unknown SPAWN(restart)
            exited     needed-watch       starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            exited     came               starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            exited     came-replace       starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            exited     time-set           = due-next
            exited     unwatched          = unwatched
            exited     stop               stopped wanted-stop due-unknown
            exited     stop-remains       stopping wanted-stop due-unknown ASK
            exited     kill               stopped wanted-stop due-unknown
            exited     kill-remains       stopping wanted-stop due-unknown KILL
            exited     found-running      online STABLE
            exited     found-remains      = SWEEP
            errored    start              starting generation+1 row-0/0 due-unknown SPAWN(start)
            errored    restart            starting generation+1 restarts+1 row-0/0 due-unknown SPAWN(restart)
            errored    needed-watch       starting generation+1 restarts+1 row-0/0 SPAWN(watch)
            errored    came               starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            errored    came-replace       starting generation+1 restarts+1 row-0/0 due-next SPAWN(schedule)
            errored    time-set           = due-next
            errored    unwatched          = unwatched
            errored    stop               stopped wanted-stop due-unknown
            errored    stop-remains       stopping wanted-stop due-unknown ASK
            errored    kill               stopped wanted-stop due-unknown
            errored    kill-remains       stopping wanted-stop due-unknown KILL
            errored    found-running      online STABLE
            errored    found-remains      = SWEEP
            lost-run   start              = due-unknown
            lost-run   restart            = due-unknown
            lost-run   time-set           = due-next
            lost-run   stop               = wanted-stop due-unknown
            lost-run   stop-remains       = wanted-stop due-unknown
            lost-run   kill               = wanted-stop due-unknown
            lost-run   kill-remains       = wanted-stop due-unknown
            lost-run   found-running      online STABLE
            lost-run   found-gone         waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            lost-run   found-remains      waiting row-2/4 next-unseen SWEEP BACKOFF(200)
            lost-run   found-unspawned    starting generation+1 SPAWN(recovery)
            lost-run   found-rebooted     starting generation+1 row-0/0 SPAWN(boot)
            lost-stop  start              = wanted-run
            lost-stop  restart            = wanted-run
            lost-stop  found-running      stopping ASK
            lost-stop  found-gone         stopped
            lost-stop  found-remains      stopping ASK
            lost-stop  found-unspawned    stopped
            lost-stop  found-rebooted     stopped
            """;

    static String words(Lifecycle before, Transition.Step step) {
        List<String> words = new ArrayList<>();
        Lifecycle after = step.life();
        words.add(after.status() == before.status() ? "=" : after.status().word());
        if (after.wanted() != before.wanted()) {
            words.add("wanted-" + after.wanted().word());
        }
        if (after.generation() != before.generation()) {
            words.add("generation+" + (after.generation() - before.generation()));
        }
        if (after.restarts() != before.restarts()) {
            words.add("restarts+" + (after.restarts() - before.restarts()));
        }
        if (after.attempt() != before.attempt() || after.unstable() != before.unstable()) {
            words.add("row-" + after.attempt() + "/" + after.unstable());
        }
        if (after.health() != before.health()) {
            words.add("health-" + after.health().word());
        }
        if (after.standby() != null && before.standby() == null) {
            words.add("beside");
        }
        if (after.standby() == null && before.standby() != null && after.status() == before.status()) {
            words.add("alone");
        }
        if (after.next() != null && after.next() != before.next()) {
            words.add("next-" + after.next().word());
        }
        Instant due = after.triggers().due();
        if (!Objects.equals(due, before.triggers().due())) {
            words.add(due == null ? "due-unknown" : "due-next");
        }
        if (after.triggers().unwatched() != null) {
            words.add("unwatched");
        }
        if (after.rest() != before.rest()) {
            words.add("rest-" + (after.rest() == null ? "none" : after.rest().word()));
        }
        step.actions().forEach(action -> words.add(word(action)));
        return String.join(" ", words);
    }

    private static String word(Action action) {
        return switch (action) {
            case Action.Spawn spawn -> "SPAWN(" + spawn.cause().word() + ")";
            case Action.Execute _ -> "EXECUTE";
            case Action.AskToStop _ -> "ASK";
            case Action.AllowTime more -> "TIME(" + more.time().toMillis() + ")";
            case Action.ExecuteProgram _ -> "PROGRAM";
            case Action.Signal _ -> "SIGNAL";
            case Action.CleanUp _ -> "CLEAN";
            case Action.Kill _ -> "KILL";
            case Action.WatchTree _ -> "WATCH";
            case Action.Sweep _ -> "SWEEP";
            case Action.Backoff backoff -> "BACKOFF(" + backoff.delay().toMillis() + ")";
            case Action.AwaitProof _ -> "PROOF";
            case Action.AwaitStable _ -> "STABLE";
            case Action.ReportSurvivors _ -> "SURVIVORS";
            case Action.Retire _ -> "RETIRE";
            case Action.FallBack _ -> "FALLBACK";
        };
    }

    @Test
    void every_pair_is_decided_as_the_table_says() {
        Transition transition = new Transition(RestartPolicy.DEFAULT);
        StringBuilder actual = new StringBuilder();
        STATES.forEach((state, life) -> HAPPENINGS.forEach((happening, event) -> {
            String words = words(life, transition.next(life, event));
            if (!words.equals("=")) {
                actual.append("%-10s %-18s %s%n".formatted(state, happening, words));
            }
        }));
        assertEquals(TABLE, actual.toString());
    }

    /** What differs from the table for processes that are online only once their probes say so. */
    private static final String GATED = """
            starting   spawned            =
            starting   spawned-proof      =
            starting   proven             =
            starting   ended-0            exited row-2/0 SWEEP
            starting   ended-1            waiting row-2/4 next-exit SWEEP BACKOFF(200)
            starting   ready              online health-ready STABLE
            starting   start-timeout      stopping row-2/0 next-start-timeout ASK
            starting   start-timeout-short stopping row-2/4 next-start-timeout ASK
            starting   found-running      =
            replacing  spawned            =
            replacing  spawned-proof      =
            replacing  proven             =
            replacing  ready              online restarts+1 row-0/0 health-ready STABLE RETIRE
            replacing  start-timeout      online FALLBACK STABLE
            replacing  start-timeout-short online FALLBACK STABLE
            replacing  standby-ended      = alone
            replacing  found-running      = alone
            waiting    found-running      starting
            awaiting   found-running      starting
            exited     found-running      starting
            errored    found-running      starting
            lost-run   found-running      starting
            """;

    @Test
    void every_pair_is_decided_as_the_table_says_for_a_process_that_must_get_ready() {
        Transition plain = new Transition(RestartPolicy.DEFAULT);
        Transition gated = new Transition(RestartPolicy.DEFAULT, SuccessCodes.USUAL, TriggerPolicy.NONE, true);
        StringBuilder actual = new StringBuilder();
        STATES.forEach((state, life) -> HAPPENINGS.forEach((happening, event) -> {
            String words = words(life, gated.next(life, event));
            if (!words.equals(words(life, plain.next(life, event)))) {
                actual.append("%-10s %-18s %s%n".formatted(state, happening, words));
            }
        }));
        assertEquals(GATED, actual.toString());
    }

    /** What is otherwise when a command is to be run after each run. */
    private static final String WITH_POST_STOP = """
            starting   ended-0            stopping rest-exited ASK
            starting   ended-1            stopping rest-errored ASK
            starting   ended-0-asked      stopping rest-exited ASK
            starting   ended-1-asked      stopping rest-errored ASK
            starting   found-gone         stopping row-2/4 next-unseen ASK
            starting   found-remains      stopping row-2/4 next-unseen ASK
            replacing  found-gone         stopping row-2/4 next-unseen ASK
            replacing  found-remains      stopping row-2/4 next-unseen ASK
            online     ended-0            stopping row-2/0 rest-exited ASK
            online     ended-1            stopping row-2/4 next-exit ASK
            online     ended-0-asked      stopping row-2/0 rest-exited ASK
            online     ended-1-asked      stopping row-2/4 next-exit ASK
            online     found-gone         stopping row-2/4 next-unseen ASK
            online     found-remains      stopping row-2/4 next-unseen ASK
            unready    ended-0            stopping row-2/0 health-unknown rest-exited ASK
            unready    ended-1            stopping row-2/4 health-unknown next-exit ASK
            unready    ended-0-asked      stopping row-2/0 health-unknown rest-exited ASK
            unready    ended-1-asked      stopping row-2/4 health-unknown next-exit ASK
            unready    found-gone         stopping row-2/4 health-unknown next-unseen ASK
            unready    found-remains      stopping row-2/4 health-unknown next-unseen ASK
            lost-run   found-gone         stopping row-2/4 next-unseen ASK
            lost-run   found-remains      stopping row-2/4 next-unseen ASK
            """;

    @Test
    void with_a_command_after_each_run_what_follows_an_end_waits_for_it() {
        Transition plain = new Transition(RestartPolicy.DEFAULT);
        Transition cleans = new Transition(RestartPolicy.DEFAULT, SuccessCodes.USUAL, TriggerPolicy.NONE, false, true);
        StringBuilder actual = new StringBuilder();
        STATES.forEach((state, life) -> HAPPENINGS.forEach((happening, event) -> {
            String words = words(life, cleans.next(life, event));
            if (!words.equals(words(life, plain.next(life, event)))) {
                actual.append("%-10s %-18s %s%n".formatted(state, happening, words));
            }
        }));
        assertEquals(WITH_POST_STOP, actual.toString());
    }

    @Test
    void the_table_has_every_status_and_every_kind_of_happening() {
        assertEquals(
                Set.of(Status.values()),
                STATES.values().stream().map(Lifecycle::status).collect(Collectors.toSet()));
        assertEquals(
                Arrays.stream(Happening.class.getPermittedSubclasses()).collect(Collectors.toSet()),
                HAPPENINGS.values().stream().map(Object::getClass).collect(Collectors.toSet()));
    }

    @Test
    void only_what_a_user_asks_changes_what_is_wanted() {
        for (RestartPolicy policy : policies()) {
            Transition transition = new Transition(policy);
            STATES.forEach((state, life) -> HAPPENINGS.forEach((name, happening) -> {
                Wanted after = transition.next(life, happening).life().wanted();
                Wanted asked = switch (happening) {
                    case Happening.StartAsked _, Happening.RestartAsked _ -> Wanted.RUN;
                    case Happening.StopAsked _ -> Wanted.STOP;
                    default -> life.wanted();
                };
                assertEquals(asked, after, state + " " + name);
            }));
        }
    }

    @Test
    void a_spawn_is_decided_only_together_with_a_new_generation_and_status_starting() {
        for (RestartPolicy policy : policies()) {
            Transition transition = new Transition(policy);
            STATES.forEach((state, life) -> HAPPENINGS.forEach((name, happening) -> {
                Transition.Step step = transition.next(life, happening);
                boolean spawns = step.actions().stream().anyMatch(Action.Spawn.class::isInstance);
                assertEquals(
                        spawns ? life.generation() + 1 : life.generation(),
                        step.life().generation(),
                        state + name);
                if (spawns) {
                    assertEquals(Status.STARTING, step.life().status(), state + " " + name);
                    assertEquals(Wanted.RUN, step.life().wanted(), state + " " + name);
                }
            }));
        }
    }

    private static List<RestartPolicy> policies() {
        return Stream.of(RestartPolicy.Restart.values())
                .map(restart -> new RestartPolicy(
                        restart,
                        RestartPolicy.DEFAULT.backoffMin(),
                        RestartPolicy.DEFAULT.backoffMax(),
                        RestartPolicy.DEFAULT.stableAfter(),
                        RestartPolicy.DEFAULT.minUptime(),
                        RestartPolicy.DEFAULT.maxUnstable()))
                .toList();
    }

    @Test
    void the_second_stop_kills_but_a_stop_that_ends_a_restart_is_the_first() {
        Transition transition = new Transition(RestartPolicy.DEFAULT);
        Lifecycle restarting = transition
                .next(life(Wanted.RUN, Status.ONLINE), new Happening.RestartAsked())
                .life();
        Transition.Step first = transition.next(restarting, new Happening.StopAsked(false, true));
        assertFalse(first.actions().contains(new Action.Kill()));
        Transition.Step second = transition.next(first.life(), new Happening.StopAsked(false, true));
        assertTrue(second.actions().contains(new Action.Kill()));
        assertEquals(
                Status.STOPPED,
                transition
                        .next(second.life(), new Happening.TreeGone(false))
                        .life()
                        .status());
    }
}
