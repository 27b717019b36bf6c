package dev.tetra.tsm.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.model.Lifecycle;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.SuccessCodes;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The tables in {@code docs/supervision.md} of every status, what can happen in it and what follows, are what {@link
 * Transition} does. After a change they are written anew by {@value #WRITE}.
 */
class StatesPageTest {
    private static final String WRITE = "mvn test -Dtest=StatesPageTest -Dtsm.write-reference";
    private static final Path PAGE = Path.of("docs/supervision.md").toAbsolutePath();
    private static final String BEGIN = "<!-- states: begin -->\n";
    private static final String END = "<!-- states: end -->\n";

    private static final Map<String, String> STATES = new LinkedHashMap<>();

    static {
        STATES.put("starting", "`starting`: decided to run; not yet executed, or not yet proven or ready");
        STATES.put("replacing", "`starting`, while the run before it goes on until this one is ready (reload)");
        STATES.put("online", "`online`: running");
        STATES.put("stopping", "`stopping`, to rest then");
        STATES.put("restarting", "`stopping`, to run again then, as the user asked for a restart");
        STATES.put("reviving", "`stopping`, to run again then, as it did badly");
        STATES.put("refreshing", "`stopping`, to run again then, for another reason of tsm's");
        STATES.put("unready", "`online`, and unready: its readiness probe fails");
        STATES.put("late", "`stopping`, as it did not get ready in time");
        STATES.put("cleaning", "`stopping`: ended by itself, and to run again after `--post-stop`");
        STATES.put("resting", "`stopping`: ended by itself, and to rest after `--post-stop`, here as `exited`");
        STATES.put("waiting", "`waiting`: ended, and to run again after a delay");
        STATES.put("awaiting", "`waiting`: a job, until its time comes");
        STATES.put("stopped", "`stopped`: by the user");
        STATES.put("exited", "`exited`: ended well, and not to run again");
        STATES.put("errored", "`errored`: given up, or failed with no restart");
        STATES.put("lost-run", "`lost`: not yet decided after the daemon's start, wanted to run");
        STATES.put("lost-stop", "`lost`: not yet decided after the daemon's start, wanted to rest");
    }

    private static final Map<String, String> HAPPENINGS = new LinkedHashMap<>();

    static {
        HAPPENINGS.put("start", "the user starts it");
        HAPPENINGS.put("restart", "the user restarts it");
        HAPPENINGS.put("reload", "the user reloads it, and tsm listens for it");
        HAPPENINGS.put("needed-liveness", "tsm has it run anew as it does badly: liveness, memory");
        HAPPENINGS.put("needed-watch", "tsm has it run anew for another reason: watch, schedule, running time");
        HAPPENINGS.put("came", "a time of its schedule comes, which ends no run");
        HAPPENINGS.put("came-replace", "a time of its schedule comes, for which a run is ended");
        HAPPENINGS.put("came-before", "a time of its schedule comes that had come before");
        HAPPENINGS.put("time-set", "another time of its schedule is found to come next");
        HAPPENINGS.put("unwatched", "its files can't be watched any more");
        HAPPENINGS.put("stop", "the user stops it");
        HAPPENINGS.put("stop-remains", "the user stops it, and something of an earlier run is alive");
        HAPPENINGS.put("kill", "the user kills it");
        HAPPENINGS.put("kill-remains", "the user kills it, and something of an earlier run is alive");
        HAPPENINGS.put("needs-awaited", "what it needs is not there yet");
        HAPPENINGS.put("needs-met", "all that it needs is there");
        HAPPENINGS.put("need-failed", "something that it needs has failed");
        HAPPENINGS.put("spawned", "it was executed");
        HAPPENINGS.put("spawned-proof", "it was executed, and the user waits to see it live");
        HAPPENINGS.put("spawn-failed", "it can't be executed");
        HAPPENINGS.put("spawn-failed-asked", "it can't be executed, and the user waits for it");
        HAPPENINGS.put("proven", "it has lived long enough");
        HAPPENINGS.put("ended-0", "it ends with code 0");
        HAPPENINGS.put("ended-1", "it ends with another code or by a signal");
        HAPPENINGS.put("ended-0-asked", "it ends with code 0, and the user waits for it to start");
        HAPPENINGS.put("ended-1-asked", "it ends with another code or by a signal, and the user waits for it to start");
        HAPPENINGS.put("ready", "its probes say that it is ready");
        HAPPENINGS.put("unready", "its readiness probe fails");
        HAPPENINGS.put("start-timeout", "it is not ready in time");
        HAPPENINGS.put("start-timeout-short", "it is not ready in time, and that time was short");
        HAPPENINGS.put("more-time", "it asks for more time");
        HAPPENINGS.put("tree-gone-asked", "nothing of it is alive any more, and the user waits for it to start");
        HAPPENINGS.put("tree-gone", "nothing of it is alive any more");
        HAPPENINGS.put("tree-gone-unclean", "nothing of it is alive any more, and `--post-stop` is to be run");
        HAPPENINGS.put("command-began", "`--post-stop` was executed");
        HAPPENINGS.put("pre-good", "`--pre-start` has ended with code 0");
        HAPPENINGS.put("pre-bad", "`--pre-start` has failed");
        HAPPENINGS.put("pre-bad-asked", "`--pre-start` has failed, and the user waits for the start");
        HAPPENINGS.put("stop-good", "`--stop-command` has ended with code 0");
        HAPPENINGS.put("stop-bad", "`--stop-command` has failed");
        HAPPENINGS.put("post-over", "`--post-stop` is over");
        HAPPENINGS.put("kill-due", "its time to stop is over");
        HAPPENINGS.put("survived", "something of it is alive though it was killed");
        HAPPENINGS.put("backoff-over", "the delay is over");
        HAPPENINGS.put("stable", "it has run long enough to forget earlier failures");
        HAPPENINGS.put("standby-ended", "the run before it, which was to go on, ends");
        HAPPENINGS.put(
                "standby-ended-pre", "the run before it, which was to go on, ends while `--pre-start` is at work");
        HAPPENINGS.put("found-standby", "a new daemon finds the run before it running");
        HAPPENINGS.put("found-running", "a new daemon finds it running");
        HAPPENINGS.put("found-pre", "a new daemon finds `--pre-start` at work");
        HAPPENINGS.put("found-post", "a new daemon finds `--post-stop` at work");
        HAPPENINGS.put("found-gone", "a new daemon finds it gone");
        HAPPENINGS.put("found-remains", "a new daemon finds it gone, and something it left alive");
        HAPPENINGS.put("found-unspawned", "a new daemon finds that it was never executed");
        HAPPENINGS.put("found-rebooted", "a new daemon finds that the machine was booted");
    }

    private static String page() {
        Transition transition = new Transition(RestartPolicy.DEFAULT);
        Transition gated = new Transition(RestartPolicy.DEFAULT, SuccessCodes.USUAL, TriggerPolicy.NONE, true);
        TriggerPolicy times = new TriggerPolicy(
                true, "0 4 * * *", "UTC", TriggerPolicy.Overlap.SKIP, false, List.of(), List.of(), 0, Duration.ZERO);
        Transition job = new Transition(RestartPolicy.DEFAULT, SuccessCodes.USUAL, times, false);
        StringBuilder page = new StringBuilder();
        TransitionTest.STATES.forEach((state, life) -> {
            page.append("\n**").append(STATES.getOrDefault(state, state)).append("**\n\n");
            table(life, state.equals("awaiting") ? job : transition, null, page);
            StringBuilder other = new StringBuilder();
            if (table(life, gated, transition, other)) {
                page.append("\nWith a startup or a readiness probe, which it must pass to be online:\n\n")
                        .append(other);
            }
        });
        return page.append("\n").toString();
    }

    /** A row for each consequence, of those pairs that another table decides in another way; whether there is any. */
    private static boolean table(
            Lifecycle life, Transition transition, @Nullable Transition other, StringBuilder page) {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        TransitionTest.HAPPENINGS.forEach((name, happening) -> {
            Transition.Step step = transition.next(life, happening);
            String consequence = consequence(life, step);
            boolean same = other != null && step.equals(other.next(life, happening));
            if (!same && (other != null || !consequence.isEmpty())) {
                rows.computeIfAbsent(consequence.isEmpty() ? "nothing" : consequence, any -> new ArrayList<>())
                        .add(HAPPENINGS.getOrDefault(name, name));
            }
        });
        page.append("| when | then |\n|---|---|\n");
        rows.forEach((then, when) -> page.append("| ")
                .append(String.join("; ", when))
                .append(" | ")
                .append(then)
                .append(" |\n"));
        return !rows.isEmpty();
    }

    private static String consequence(Lifecycle before, Transition.Step step) {
        List<String> words = new ArrayList<>();
        Lifecycle after = step.life();
        if (after.status() != before.status()) {
            words.add("`" + after.status().word() + "`");
        }
        if (after.wanted() != before.wanted()) {
            words.add(after.wanted() == Wanted.RUN ? "wanted to run" : "wanted to rest");
        }
        if (after.health() != before.health()) {
            words.add("its health is " + after.health().word());
        }
        if (after.standby() != null && before.standby() == null) {
            words.add("the present run goes on");
        }
        if (after.next() != null && after.next() != before.next()) {
            words.add("its next run has the cause " + after.next().word());
        }
        if (!Objects.equals(after.triggers().due(), before.triggers().due())) {
            words.add(after.triggers().due() == null ? "its next time is looked for anew" : "its next time is noted");
        }
        if (after.triggers().unwatched() != null) {
            words.add("why is noted");
        }
        if (after.restarts() != before.restarts()) {
            words.add("a restart is counted");
        }
        if (after.unstable() > before.unstable()) {
            words.add("an unstable run is counted");
        }
        if (after.attempt() == 0 && before.attempt() != 0) {
            words.add("the back-off begins anew");
        }
        step.actions().forEach(action -> words.add(words(action)));
        return String.join(", ", words);
    }

    private static String words(Action action) {
        return switch (action) {
            case Action.Spawn spawn ->
                (spawn.cause().awaitsNeeds()
                                ? "execute it, once all that it needs is there, cause "
                                : "execute it, cause ")
                        + spawn.cause().word();
            case Action.Execute _ -> "execute it";
            case Action.AskToStop _ -> "send the stop signal";
            case Action.AllowTime _ -> "leave it that time";
            case Action.ExecuteProgram _ -> "execute the program";
            case Action.Signal _ -> "send the stop signal";
            case Action.CleanUp _ -> "run `--post-stop`";
            case Action.Kill _ -> "send SIGKILL";
            case Action.WatchTree _ -> "look until nothing of it is left";
            case Action.Sweep _ -> "end what it left behind";
            case Action.Backoff _ -> "wait for the back-off's delay";
            case Action.AwaitProof _ -> "see whether it lives";
            case Action.AwaitStable _ -> "see how long it runs";
            case Action.ReportSurvivors _ -> "tell who waits what is still alive";
            case Action.Retire _ -> "end the run before it";
            case Action.FallBack _ -> "end the new run, and have the one before it go on";
        };
    }

    @Test
    void the_page_says_of_every_status_what_follows_on_what() throws IOException {
        String text = Files.readString(PAGE);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end >= begin, PAGE + " has no place for the tables");
        if (System.getProperty("tsm.write-reference") != null) {
            text = text.substring(0, begin) + page() + text.substring(end);
            Files.writeString(PAGE, text);
            end = text.indexOf(END);
        }
        assertEquals(page(), text.substring(begin, end), "the tables are stale; write them anew: " + WRITE);
    }

    @Test
    void every_state_and_every_happening_has_words() {
        assertEquals(new TreeSet<>(TransitionTest.STATES.keySet()), new TreeSet<>(STATES.keySet()));
        assertEquals(new TreeSet<>(TransitionTest.HAPPENINGS.keySet()), new TreeSet<>(HAPPENINGS.keySet()));
    }
}
