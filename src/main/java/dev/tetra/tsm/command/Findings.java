package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Json;
import dev.tetra.tsm.command.render.Style;
import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.Finding;
import java.util.List;

/** Shows what was looked at. */
final class Findings {
    private Findings() {}

    /** Lines by group, and a summary. */
    static String text(List<Finding> findings, Context context) {
        StringBuilder text = new StringBuilder();
        String group = "";
        for (Finding finding : findings) {
            if (!finding.group().equals(group)) {
                text.append(group.isEmpty() ? "" : "\n")
                        .append(context.ansi().paint(Style.BOLD, finding.group() + ":"));
                text.append('\n');
                group = finding.group();
            }
            Style style = switch (finding.level()) {
                case OK -> Style.GREEN;
                case WARN -> Style.YELLOW;
                case FAIL -> Style.RED;
            };
            List<String> lines = finding.text().lines().toList();
            text.append("  ").append(context.ansi().paint(style, "[" + finding.level() + "]"));
            for (int i = 0; i < lines.size(); i++) {
                text.append(i == 0 ? " " : "       ")
                        .append(Visible.line(lines.get(i)))
                        .append('\n');
            }
            if (!finding.hint().isEmpty()) {
                text.append("       ").append(Visible.line(finding.hint())).append('\n');
            }
        }
        return text.append('\n').append(summary(findings)).append('\n').toString();
    }

    private static String summary(List<Finding> findings) {
        long fails = count(findings, Finding.Level.FAIL);
        long warnings = count(findings, Finding.Level.WARN);
        if (fails + warnings == 0) {
            return "Summary: all " + findings.size() + " checks passed";
        }
        return "Summary: " + count(findings, Finding.Level.OK) + " ok, " + warnings + " to look at, " + fails
                + " failed";
    }

    private static long count(List<Finding> findings, Finding.Level level) {
        return findings.stream().filter(f -> f.level() == level).count();
    }

    /** 1 when something failed. */
    static int code(List<Finding> findings) {
        return count(findings, Finding.Level.FAIL) > 0 ? 1 : 0;
    }

    /** The fields of all. */
    static void write(Json json, List<Finding> findings) {
        json.field("ok", code(findings) == 0)
                .field("failed", count(findings, Finding.Level.FAIL))
                .field("warnings", count(findings, Finding.Level.WARN))
                .array(
                        "checks",
                        findings,
                        (item, finding) -> item.field("level", finding.level().word())
                                .field("group", finding.group())
                                .field("text", finding.text())
                                .field("hint", finding.hint()));
    }
}
