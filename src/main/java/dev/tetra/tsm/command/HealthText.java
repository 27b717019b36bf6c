package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Cell;
import dev.tetra.tsm.command.render.Details;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.model.Check;
import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.HealthReport;
import dev.tetra.tsm.model.Probe;
import dev.tetra.tsm.model.ProbePurpose;
import dev.tetra.tsm.model.ProbeReport;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Secrets;
import java.util.List;

/** The part of {@code tsm info} about probes. */
final class HealthText {
    private HealthText() {}

    /** A line for what each asks, and one for what it found. */
    static void add(Details text, HealthPolicy policy, HealthReport health) {
        if (policy.equals(HealthPolicy.NONE)) {
            return;
        }
        text.title("Health");
        for (ProbeReport report : health.probes()) {
            text.addAll(name(report.probe().purpose()), List.of(Cell.of(asks(report.probe())), found(report)));
        }
        if (policy.gated()) {
            text.add("Start timeout", Durations.format(policy.startTimeout()));
        }
        if (policy.shutdownMessage()) {
            text.add("Stops by", "the message shutdown");
        }
    }

    /** What a probe looks at, with what looks secret masked. */
    static String target(Probe probe) {
        return Secrets.maskTarget(probe.check());
    }

    private static String name(ProbePurpose purpose) {
        return switch (purpose) {
            case STARTUP -> "Startup probe";
            case READY -> "Readiness probe";
            case LIVE -> "Liveness probe";
        };
    }

    private static String asks(Probe probe) {
        String what = (probe.check().kind() + " " + target(probe)).strip();
        if (probe.check() instanceof Check.Notify) {
            return probe.purpose() == ProbePurpose.LIVE
                    ? what + ", at least every " + Durations.format(probe.patience())
                    : what;
        }
        return what + ", every " + Durations.format(probe.interval()) + ", timeout "
                + Durations.format(probe.timeout()) + ", holds after " + probe.success() + ", fails after "
                + probe.failure()
                + (probe.delay().isZero() ? "" : ", first after " + Durations.format(probe.delay()));
    }

    private static Cell found(ProbeReport report) {
        if (report.at() == null) {
            return Cell.of("not looked at yet", Style.DIM);
        }
        String line = Times.local(report.at()) + "  " + report.message() + " (" + report.inRow() + " in a row)";
        return Cell.of(line, report.good() ? Style.GREEN : Style.RED);
    }
}
