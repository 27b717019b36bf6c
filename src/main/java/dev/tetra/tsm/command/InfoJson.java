package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Branch;
import dev.tetra.tsm.engine.Overview;
import dev.tetra.tsm.model.EnvSource;
import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Observed;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbeReport;
import dev.tetra.tsm.model.ProcessSpec;
import dev.tetra.tsm.model.RestartPolicy;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.Sample;
import dev.tetra.tsm.model.Words;
import dev.tetra.tsm.spec.CommandWords;
import dev.tetra.tsm.spec.Needs;
import dev.tetra.tsm.spec.Secrets;
import java.util.List;

/**
 * The JSON of {@code tsm info}: that of a process, and more.
 *
 * @param reveal whether to show variables that look secret
 */
record InfoJson(boolean reveal) {
    void write(Json json, Overview.Details details) {
        ProcessSpec spec = details.view().process().spec();
        ProcessJson.process(json, details.view());
        json.field("executable", spec.executable())
                .field("listensElsewhere", details.view().listensElsewhere())
                .array("listeners", details.view().observed(), InfoJson::listener)
                .array("tree", details.tree(), InfoJson::branch)
                .object(
                        "logSizes",
                        sizes -> sizes.field("out", details.out().total())
                                .field("err", details.err().total())
                                .field("outParts", details.out().parts())
                                .field("errParts", details.err().parts()))
                .object("policy", policy -> policy(policy, spec))
                .object(
                        "limits",
                        limits -> LimitFields.write(limits, spec.supervision().limits()))
                .array("needs", details.needs(), InfoJson::need)
                .strings("neededBy", details.neededBy())
                .object(
                        "triggers",
                        triggers -> TriggerViews.write(triggers, details.view().process()))
                .field("statusText", details.health().status())
                .field("mainPid", details.health().mainPid())
                .field(
                        "startTimeoutMs",
                        spec.supervision().health().startTimeout().toMillis())
                .field("shutdownMessage", spec.supervision().health().shutdownMessage())
                .array("probes", details.health().probes(), InfoJson::probe)
                .array("environment", set(details.variables()), this::variable)
                .array("samples", details.samples(), InfoJson::sample)
                .array("runs", details.runs(), InfoJson::run)
                .array("events", details.events(), InfoJson::event);
    }

    /** The variables that the process did not simply get from whoever started it. */
    static List<EnvVar> set(List<EnvVar> variables) {
        return variables.stream()
                .filter(variable -> variable.source() != EnvSource.CALLER)
                .toList();
    }

    /** An event as part of a document. */
    static void event(Json json, Event event) {
        json.field("at", event.at())
                .field("kind", event.kind().word())
                .field("origin", event.origin().word())
                .field("message", event.message());
    }

    static void listener(Json json, Observed observed) {
        json.field("protocol", observed.protocol())
                .field("address", observed.address())
                .field("port", observed.port())
                .field("pid", observed.pid());
    }

    private static void need(Json json, Needs.Need need) {
        json.field("name", need.dependency().name())
                .field(
                        "condition",
                        need.dependency().condition() == null
                                ? null
                                : need.dependency().condition().word())
                .strings(
                        "processes",
                        need.processes().stream().map(ManagedProcess::name).toList())
                .field("state", Words.of(need.state()))
                .field("words", String.join(", ", need.sentences()));
    }

    private static void branch(Json json, Branch branch) {
        json.field("pid", branch.pid())
                .field("ppid", branch.ppid())
                .field("depth", branch.depth())
                .field("command", CommandWords.join(Secrets.maskWords(branch.words())))
                .field("memoryBytes", branch.memoryBytes());
    }

    private static void policy(Json json, ProcessSpec spec) {
        RestartPolicy restart = spec.restart();
        json.field("restart", restart.restart().word())
                .field("backoffMinMs", restart.backoffMin().toMillis())
                .field("backoffMaxMs", restart.backoffMax().toMillis())
                .field("stableAfterMs", restart.stableAfter().toMillis())
                .field("minUptimeMs", restart.minUptime().toMillis())
                .field("maxRestarts", restart.maxUnstable())
                .field("stopSignal", spec.stop().signal())
                .field("killTimeoutMs", spec.stop().killTimeout().toMillis())
                .field("logMaxSize", spec.logs().maxSize())
                .field("logKeep", spec.logs().keep())
                .field("logMaxAgeMs", spec.logs().maxAge().toMillis());
    }

    private static void probe(Json json, ProbeReport report) {
        Probe probe = report.probe();
        json.field("purpose", probe.purpose().word())
                .field("kind", probe.check().kind())
                .field("target", HealthText.target(probe))
                .field("intervalMs", probe.interval().toMillis())
                .field("timeoutMs", probe.timeout().toMillis())
                .field("success", probe.success())
                .field("failure", probe.failure())
                .field("delayMs", probe.delay().toMillis())
                .field("holds", report.holds())
                .field("lastAt", report.at())
                .field("lastGood", report.at() == null ? null : Boolean.valueOf(report.good()))
                .field("lastResult", report.at() == null ? null : report.message())
                .field("inRow", report.inRow());
    }

    private void variable(Json json, EnvVar variable) {
        json.field("name", variable.name())
                .field("value", reveal ? variable.value() : Secrets.shown(variable.name(), variable.value()))
                .field("source", variable.source().word());
    }

    private static void sample(Json json, Sample sample) {
        json.field("at", sample.at())
                .field("run", sample.runKey())
                .field("cpuPercent", Math.round(sample.cpuPercent() * 10) / 10.0)
                .field("memoryBytes", sample.memoryBytes())
                .field("processes", sample.processes())
                .field("restarts", sample.restarts());
    }

    private static void run(Json json, Run run) {
        Exit exit = run.exit();
        json.field("key", run.key())
                .field("cause", run.cause().word())
                .field("pid", run.identity() == null ? null : run.identity().pid())
                .field("startedAt", run.startedAt())
                .field("endedAt", run.endedAt())
                .field("exitCode", exit instanceof Exit.Code(int code) ? code : null)
                .field("exitSignal", exit instanceof Exit.Signalled signalled ? signalled.name() : null)
                .field("exitReason", exit == null ? null : exit.inWords());
    }
}
