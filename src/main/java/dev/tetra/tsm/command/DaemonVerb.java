package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Keeper;
import dev.tetra.tsm.logs.LogSource;
import dev.tetra.tsm.logs.LogStream;
import dev.tetra.tsm.logs.LogTimes;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Targets;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Look after the daemon: status, start, stop, restart, logs.",
            "status shows how it is and starts none. stop ends it and leaves the processes running, unless"
                    + " --all is given; the next command starts another, which takes them up. restart puts a new daemon"
                    + " in its place, in the same pid, and loses nothing. logs shows its own log; with --json each line"
                    + " is an object on a line of its own."
        },
        exitCodeList = "1:status: no daemon runs. stop --all: a process cannot be stopped.",
        footer = {"tsm daemon status --json", "tsm daemon stop --all", "tsm daemon logs -f"})
final class DaemonVerb extends Verb {
    private static final long USUAL_LINES = 50;

    private enum What {
        STATUS,
        START,
        STOP,
        RESTART,
        LOGS
    }

    static final class Actions extends Choices {
        Actions() {
            super(What.values());
        }
    }

    @Parameters(
            index = "0",
            paramLabel = "ACTION",
            completionCandidates = Actions.class,
            description = "status, start, stop, restart or logs.")
    String action = "";

    @Option(names = "--all", description = "stop: stop every process first.")
    boolean all;

    @Option(
            names = "--shutdown",
            description =
                    "stop: for the service manager. When the machine is going down every process is stopped first,"
                            + " to be started again by the next daemon; else they are left running.")
    boolean shutdown;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "logs: the last lines to show (50).")
    @Nullable
    Long lines;

    @Option(
            names = {"-f", "--follow"},
            description = "logs: go on with what comes, until Ctrl-C.")
    boolean follow;

    private @Nullable What what;

    @Override
    int run(Context context) {
        What asked = Words.parse(What.class, action, "tsm daemon");
        what = asked;
        check(asked);
        DaemonControl.Status status = context.daemon().status();
        switch (asked) {
            case STATUS -> status(status, context);
            case START -> start(status, context);
            case STOP -> {
                return stop(context);
            }
            case RESTART -> restart(status, context);
            case LOGS -> logs(context);
        }
        return 0;
    }

    private void check(What asked) {
        if (all && asked != What.STOP) {
            throw misplaced("--all", asked, "tsm daemon stop --all");
        }
        if (shutdown && asked != What.STOP) {
            throw misplaced("--shutdown", asked, "tsm daemon stop --shutdown");
        }
        if (shutdown && all) {
            throw new TsmException.Usage("--shutdown and --all exclude each other", "give one of them");
        }
        if (lines != null && asked != What.LOGS) {
            throw misplaced("--lines", asked, "tsm daemon logs --lines " + lines);
        }
        if (follow && asked != What.LOGS) {
            throw misplaced("--follow", asked, "tsm daemon logs --follow");
        }
        if (lines != null && lines < 0) {
            throw new TsmException.Usage("--lines: " + lines + " is no number of lines", "give 0 or more");
        }
    }

    private static TsmException.Usage misplaced(String option, What asked, String rather) {
        return new TsmException.Usage(
                "tsm daemon " + Words.of(asked) + " has no option " + option, "it is used so: " + rather);
    }

    private void status(DaemonControl.Status status, Context context) {
        if (json) {
            context.terminal().document(Json.object(fields(status)));
            return;
        }
        Details details = new Details()
                .add("Daemon", "running")
                .add("PID", status.pid())
                .add("Version", status.version() + " (" + status.build() + ")")
                .add("Home", status.home())
                .add("Uptime", Durations.human(status.uptime()))
                .add("Memory", Bytes.human(status.memoryBytes()))
                .add("Processes", status.processes() + ", of which " + status.running() + " running");
        if (!status.notices().isEmpty()) {
            details.addAll("Notices", status.notices());
        }
        context.out(details.render(context.ansi()));
    }

    private static Consumer<Json> fields(DaemonControl.Status status) {
        return document -> document.field("running", true)
                .field("pid", status.pid())
                .field("version", status.version())
                .field("build", status.build())
                .field("home", status.home().toString())
                .field("uptimeMs", status.uptime().toMillis())
                .field("memoryBytes", status.memoryBytes())
                .field("processes", status.processes())
                .field("processesRunning", status.running())
                .strings("notices", status.notices());
    }

    /** The launcher has started it where there was none, so here it runs. */
    private void start(DaemonControl.Status status, Context context) {
        if (json) {
            context.terminal().document(Json.object(fields(status)));
        } else {
            context.out("the daemon runs: pid " + status.pid() + ", " + processes(status.running()) + "\n");
        }
    }

    private int stop(Context context) {
        if (shutdown && context.engine().startup().goingDown(context.caller())) {
            context.engine().boot().goDown(context.caller());
        }
        int code = all ? stopAll(context) : 0;
        DaemonControl.Status status = context.daemon().status();
        if (code != 0) {
            context.note("the daemon stays, as not every process could be stopped");
            return code;
        }
        context.daemon().stopAfterAnswer();
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("running", false)
                            .field("home", status.home().toString())
                            .field("stopped", true)
                            .field("pid", status.pid())
                            .field("processesRunning", status.running())));
        } else {
            context.out("the daemon stops (pid " + status.pid() + "); "
                    + (status.running() == 0
                            ? "no process is running"
                            : status.running() + (status.running() == 1 ? " process goes" : " processes go")
                                    + " on running, and the next tsm command takes "
                                    + (status.running() == 1 ? "it" : "them") + " up again")
                    + "\n");
        }
        return 0;
    }

    private int stopAll(Context context) {
        List<Keeper.Result> results = context
                .engine()
                .keeper()
                .stop(context.engine().targets().find(List.of(Targets.ALL), null), context.caller(), null)
                .stream()
                .filter(r -> r.changed() || r.failure() != null)
                .toList();
        if (json && results.stream().allMatch(r -> r.failure() == null)) {
            return 0;
        }
        return Results.print(results, json, context, r -> r.process().label() + " stopped");
    }

    private void restart(DaemonControl.Status status, Context context) {
        if (json) {
            context.terminal()
                    .document(Json.object(document -> document.field("running", true)
                            .field("home", status.home().toString())
                            .field("restarted", true)
                            .field("pid", status.pid())
                            .field("processesRunning", status.running())));
        } else {
            context.out("the daemon is replaced by a new one (pid " + status.pid() + "); " + processes(status.running())
                    + "\n");
        }
        context.daemon().replaceAfterAnswer();
    }

    @Override
    boolean printsLines() {
        return what == What.LOGS || action.equalsIgnoreCase(Words.of(What.LOGS));
    }

    private static String processes(int running) {
        return running == 0 ? "no process is running" : running + (running == 1 ? " process runs" : " processes run");
    }

    private void logs(Context context) {
        LogSource source =
                new LogSource("daemon", LogStream.ERR, context.daemon().log());
        LogView.Wish wish = new LogView.Wish(lines == null ? USUAL_LINES : lines, !json, null, null);
        LogTimes times = new LogTimes(Clock.systemUTC());
        LogView.Output output = json ? JsonLines.output(times, (object, from, time) -> {}) : LogView.raw();
        LogView view = new LogView(context.terminal(), wish, times, output);
        if (follow) {
            view.follow(() -> List.of(source));
        } else {
            view.last(List.of(source));
        }
    }

    @Override
    boolean changes() {
        return what == What.STOP || what == What.RESTART;
    }
}
