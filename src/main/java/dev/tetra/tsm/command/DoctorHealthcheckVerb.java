package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.engine.Finding;
import dev.tetra.tsm.engine.Health;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        description = {
            "Check whether all that tsm needs is there and in order.",
            "Lines begin with [OK], [WARN] or [FAIL]."
        },
        exitCodeList = "1:A check failed.",
        footer = "tsm doctor healthcheck")
final class DoctorHealthcheckVerb extends Verb {
    @Override
    int run(Context context) {
        DaemonControl.Status status = context.daemon().status();
        List<Finding> findings = context.engine()
                .health()
                .check(
                        new Health.Self(
                                status.pid(),
                                status.build(),
                                context.daemon().launcher().build(),
                                status.notices()),
                        context.caller());
        if (json) {
            context.terminal().document(Json.object(document -> Findings.write(document, findings)));
        } else {
            context.out(Findings.text(findings, context));
        }
        return Findings.code(findings);
    }
}
