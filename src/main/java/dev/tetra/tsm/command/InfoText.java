package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Ansi;
import dev.tetra.tsm.command.render.Bytes;
import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Percent;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.engine.Branch;
import dev.tetra.tsm.engine.Overview;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.logs.LogFiles;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.LogPolicy;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code tsm info}.
 *
 * @param reveal whether to show variables that look secret
 */
record InfoText(boolean reveal, Ansi ansi) {
    /** All about one process. */
    String of(Overview.Details info) {
        Details text = new Details();
        process(text, info);
        now(text, info.view());
        order(text, info);
        LastHour.add(text, info.samples());
        policy(text, info.view().process().spec());
        LimitFields.add(text, info.view().process().spec().supervision().limits());
        TriggerViews.add(text, info.view().process());
        HealthText.add(text, info.view().process().spec().supervision().health(), info.health());
        text.title("Logs")
                .add("Kept", kept(info.view().process().spec().logs()))
                .add("Out", info.view().out() + " (" + size(info.out()) + ")")
                .add("Err", info.view().err() + " (" + size(info.err()) + ")");
        if (!info.tree().isEmpty()) {
            text.title("Tree");
            info.tree().forEach(branch -> text.add(String.valueOf(branch.pid()), branch(branch)));
        }
        List<EnvVar> variables = InfoJson.set(info.variables());
        text.title("Environment set by env file, option or tsm");
        variables.forEach(variable -> text.add(variable.name(), variable(variable)));
        text.title("Recent runs");
        info.runs().forEach(run -> text.add(String.valueOf(run.key()), run(run)));
        text.title("Recent events");
        info.events().forEach(event -> text.add(Times.local(event.at()), event.message()));
        return text.render(ansi);
    }

    private static String kept(LogPolicy policy) {
        if (!policy.rotates()) {
            return "everything";
        }
        List<String> from = new ArrayList<>();
        if (policy.maxSize() > 0) {
            from.add(Bytes.human(policy.maxSize()));
        }
        if (!policy.maxAge().isZero()) {
            from.add("an age of " + Durations.format(policy.maxAge()));
        }
        return "cut from " + String.join(" or ", from) + " on; "
                + (policy.keep() == 0 ? "what is cut off is thrown away" : "parts kept: " + policy.keep());
    }

    private static String size(LogFiles.Size size) {
        String file = Bytes.human(size.file());
        return size.parts() == 0
                ? file
                : file + ", and " + size.parts() + (size.parts() == 1 ? " older part" : " older parts") + " of "
                        + Bytes.human(size.compressed());
    }

    private static void process(Details text, Overview.Details info) {
        View view = info.view();
        ManagedProcess process = view.process();
        ProcessSpec spec = process.spec();
        text.add("Name", Cell.of(process.name(), Style.BOLD))
                .add("ID", process.id())
                .add("Status", ProcessTable.status(process.status()))
                .add("Health", ProcessTable.health(process.life().health()))
                .add("Says", info.health().status())
                .add("Main PID", info.health().mainPid())
                .add("Wanted", process.life().wanted().word())
                .add("Command", ProcessFields.command(spec))
                .add("Executes", CommandWords.join(Secrets.maskWords(spec.argv())))
                .add("Program", spec.executable())
                .add("Folder", spec.cwd())
                .add("Env file", spec.envFile())
                .add("Kind", spec.kind().word())
                .add("Type", spec.type().word())
                .add("Namespace", spec.namespace())
                .add("Service", info.serviceRemoved() ? spec.service() + " (removed)" : spec.service())
                .add("Instance", instance(process))
                .add("Created", Times.local(process.createdAt()));
    }

    private static void now(Details text, View view) {
        ManagedProcess process = view.process();
        Run run = process.serving();
        text.add("Port", port(process))
                .addAll("Listens on", listeners(view))
                .add("Socket", process.socket())
                .add("PID", process.pid())
                .add("Started", run == null ? null : Times.localOrNull(run.startedAt()))
                .add("Stopped", Times.localOrNull(process.stoppedAt()))
                .add("Uptime", view.uptime() == null ? null : Durations.human(view.uptime()))
                .add("CPU", view.cpuPercent() == null ? null : Percent.human(view.cpuPercent()))
                .add("Memory", view.memoryBytes() == null ? null : Bytes.human(view.memoryBytes()))
                .add("Restarts", restarts(process))
                .add("Last exit", lastExit(run));
    }

    private static @Nullable String instance(ManagedProcess process) {
        InstancePolicy.@Nullable Member member = process.instances().member();
        return member == null
                ? null
                : member.number() + " of " + member.group() + ", of which there are "
                        + process.instances().count();
    }

    private static void order(Details text, Overview.Details info) {
        List<Cell> needs = info.needs().stream()
                .map(need -> Cell.of(
                        need.dependency() + ": " + String.join(", ", need.sentences()),
                        switch (need.state()) {
                            case MET -> Style.PLAIN;
                            case PENDING -> Style.YELLOW;
                            case FAILED -> Style.RED;
                        }))
                .toList();
        text.addAll("Needs", needs)
                .add("Needed by", info.neededBy().isEmpty() ? null : String.join(", ", info.neededBy()));
    }

    private static @Nullable String port(ManagedProcess process) {
        String listen = process.instances().listen();
        return process.port() == null || process.portSource() == null
                ? null
                : process.port() + " (from " + process.portSource().word() + ")"
                        + (listen == null
                                ? ""
                                : ", tsm listens on "
                                        + (listen.equals(InstancePolicy.EVERYWHERE) ? "all addresses" : listen)
                                        + " for it");
    }

    private static List<Cell> listeners(View view) {
        boolean elsewhere = view.listensElsewhere();
        return view.observed().stream()
                .map(o -> o.protocol() + " " + o.address() + ", port " + o.port() + ", pid " + o.pid()
                        + (elsewhere && o.protocol().equals("tcp")
                                ? "  ≠ " + view.process().port() + ", which it was given"
                                : ""))
                .map(line -> Cell.of(line, elsewhere ? Style.YELLOW : Style.PLAIN))
                .toList();
    }

    private static String restarts(ManagedProcess process) {
        int unstable = process.life().unstable();
        return process.life().restarts() + (unstable == 0 ? "" : ", " + unstable + " short failed runs in a row");
    }

    private static @Nullable String lastExit(@Nullable Run run) {
        Exit exit = run == null ? null : run.exit();
        return run == null || exit == null
                ? null
                : exit.inWords() + (run.endedAt() == null ? "" : ", " + Times.local(run.endedAt()));
    }

    private static void policy(Details text, ProcessSpec spec) {
        RestartPolicy restart = spec.restart();
        text.title("Policy")
                .add("Restart", restart.restart().word())
                .add(
                        "Back-off",
                        "at once, then " + Durations.format(restart.backoffMin()) + " doubling to "
                                + Durations.format(restart.backoffMax()) + "; anew after "
                                + Durations.format(restart.stableAfter()) + " of running")
                .add(
                        "Gives up",
                        "after " + restart.maxUnstable() + " failed runs in a row of less than "
                                + Durations.format(restart.minUptime()))
                .add(
                        "Stop",
                        spec.stop().signal() + ", then KILL after "
                                + Durations.format(spec.stop().killTimeout()));
    }

    private static String branch(Branch branch) {
        return "  ".repeat(branch.depth()) + CommandWords.join(Secrets.maskWords(branch.words()));
    }

    private String variable(EnvVar variable) {
        String value = reveal ? variable.value() : Secrets.shown(variable.name(), variable.value());
        return value + "  (" + variable.source().word() + ")";
    }

    private static String run(Run run) {
        Exit exit = run.exit();
        StringBuilder text = new StringBuilder(run.cause().word());
        text.append(run.startedAt() == null ? ", never executed" : ", " + Times.local(run.startedAt()));
        text.append(run.identity() == null ? "" : ", pid " + run.identity().pid());
        if (exit == null) {
            return text.append(run.identity() == null ? "" : ", runs").toString();
        }
        text.append(", ").append(exit.inWords());
        if (run.startedAt() != null && run.endedAt() != null) {
            text.append(" after ").append(Durations.human(Duration.between(run.startedAt(), run.endedAt())));
        }
        return text.toString();
    }
}
