package dev.tetra.tsm.command;

import dev.tetra.tsm.command.Reference.Page;
import dev.tetra.tsm.command.Reference.Term;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Pages of the reference for man(1), by the macros of man(7), which groff and mandoc both know. */
final class ReferenceMan {
    private static final List<Term> ENVIRONMENT = List.of(
            new Term("TSM_DIR", "The home; else $TETRA_DIR/tsm, else ~/.tsm."),
            new Term("TSM_JAVA", "The JDK, or its java, to run the daemon with."),
            new Term("TSM_JAVA_OPTS", "More options for the daemon's JVM."),
            new Term("TSM_START_TIMEOUT", "Seconds to wait for the daemon (60)."),
            new Term("NO_COLOR", "No colours."));

    private final StringBuilder text =
            new StringBuilder(".\\\" Made from the declarations of the commands: see ReferenceTest.\n");

    String page(Page page) {
        head("tsm-" + Reference.dashed(page.name()), page.summary());
        section("SYNOPSIS");
        String synopsis =
                String.join(" ", page.synopsis()).replaceAll(" +", " ").strip();
        String command = "tsm " + page.name();
        text.append(".B ").append(escaped(command)).append('\n');
        line(synopsis.startsWith(command) ? synopsis.substring(command.length()).strip() : synopsis);
        section("DESCRIPTION");
        paragraphs(page.description());
        if (!page.aliases().isEmpty()) {
            text.append(".PP\n");
            line("Also: tsm " + String.join(", tsm ", page.aliases()) + ".");
        }
        terms("WORDS", page.words());
        terms("OPTIONS", page.options());
        terms("EXIT STATUS", page.exitCodes());
        if (page.exitCodes().isEmpty()) {
            section("EXIT STATUS");
        } else {
            text.append(".PP\n");
        }
        line("The codes that every command may have are in tsm(1).");
        section("EXAMPLES");
        text.append(".nf\n");
        page.examples().forEach(this::line);
        text.append(".fi\n");
        section("SEE ALSO");
        text.append(".BR tsm (1)");
        page.seeAlso()
                .forEach(name -> text.append(",\n.BR tsm\\-")
                        .append(escaped(Reference.dashed(name)))
                        .append(" (1)"));
        return text.append('\n').toString();
    }

    String index(Map<String, List<String>> groups, Map<String, Page> pages) {
        head("tsm", "Keep commands running.");
        section("SYNOPSIS");
        text.append(".B tsm\nCOMMAND [words]\n");
        section("DESCRIPTION");
        line(
                "tsm runs any command as a managed process: it picks a name and a free port, keeps the command alive, keeps"
                        + " its output, and keeps every fact about it in a database.");
        groups.forEach((title, names) -> {
            text.append(".SS ").append(escaped(title)).append('\n');
            names.forEach(name -> {
                text.append(".TP\n.BR tsm\\-")
                        .append(escaped(Reference.dashed(name)))
                        .append(" (1)\n");
                line(summary(pages, name));
            });
        });
        terms("EXIT STATUS", Reference.EXIT_CODES);
        terms("ENVIRONMENT", ENVIRONMENT);
        return text.toString();
    }

    private void head(String name, String summary) {
        text.append(".TH ")
                .append(escaped(name.toUpperCase(Locale.ROOT)))
                .append(" 1 \"\" tsm \"tsm manual\"\n.nh\n.ad l\n");
        section("NAME");
        text.append(escaped(name)).append(" \\- ");
        line(summary.substring(0, 1).toLowerCase(Locale.ROOT)
                + summary.substring(1).replaceFirst("\\.$", ""));
    }

    private void section(String title) {
        text.append(".SH ").append(title).append('\n');
    }

    private void paragraphs(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            text.append(i == 0 ? "" : ".PP\n");
            line(lines.get(i));
        }
    }

    private void terms(String title, List<Term> terms) {
        if (terms.isEmpty()) {
            return;
        }
        section(title);
        for (Term term : terms) {
            text.append(".TP\n\\fB").append(escaped(term.term())).append("\\fR\n");
            line(term.meaning());
        }
    }

    private void line(String line) {
        String escaped = escaped(line);
        // at the beginning of a line these would be orders
        text.append(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "")
                .append(escaped)
                .append('\n');
    }

    private static String escaped(String line) {
        StringBuilder to = new StringBuilder();
        line.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> to.append("\\e");
                case '-' -> to.append("\\-");
                case '\'' -> to.append("\\(aq");
                case '`' -> to.append("\\(ga");
                case '~' -> to.append("\\(ti");
                case '^' -> to.append("\\(ha");
                default -> {
                    if (c < 0x80) {
                        to.append((char) c);
                    } else {
                        to.append(String.format(Locale.ROOT, "\\[u%04X]", c));
                    }
                }
            }
        });
        return to.toString();
    }

    private static String summary(Map<String, Page> pages, String name) {
        Page page = pages.get(name);
        if (page == null) {
            throw new IllegalStateException("a group of HelpText has '" + name + "', which is no command");
        }
        return page.summary();
    }
}
