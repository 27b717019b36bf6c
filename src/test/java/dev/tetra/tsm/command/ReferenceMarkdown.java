package dev.tetra.tsm.command;

import dev.tetra.tsm.command.Reference.Page;
import dev.tetra.tsm.command.Reference.Term;
import java.util.List;
import java.util.Map;

/** Pages of the reference in Markdown. */
final class ReferenceMarkdown {
    private static final String NOTE = "<!-- Made from the declarations of the commands: see ReferenceTest. -->\n\n";

    private final StringBuilder text = new StringBuilder(NOTE);

    String page(Page page) {
        text.append("# tsm ").append(page.name()).append("\n\n").append(escaped(page.summary()));
        if (!page.aliases().isEmpty()) {
            text.append(" Also: `tsm ")
                    .append(String.join("`, `tsm ", page.aliases()))
                    .append("`.");
        }
        text.append("\n\n");
        code("text", page.synopsis());
        page.description().stream()
                .skip(1)
                .forEach(line -> text.append(escaped(line)).append("\n\n"));
        terms("Words", page.words());
        terms("Options", page.options());
        text.append("## Exit codes\n\n");
        items(page.exitCodes());
        text.append(page.exitCodes().isEmpty() ? "" : "\n")
                .append(page.exitCodes().isEmpty() ? "Those" : "And those")
                .append(" of [every command](README.md#exit-codes).\n\n## Examples\n\n");
        code("bash", page.examples());
        text.append("## See also\n\n");
        page.seeAlso().forEach(name -> text.append(link(name)).append(", "));
        if (page.json()) {
            text.append("[the schema of its JSON](../schema/")
                    .append(Reference.dashed(page.name()))
                    .append(".schema.json), ");
        }
        text.append("[all commands](README.md)\n");
        return text.toString();
    }

    String index(Map<String, List<String>> groups, Map<String, Page> pages) {
        text.append("# Reference\n\nEvery command with its options, as `tsm help COMMAND` shows it too."
                + " [Commands](../commands.md) says what they mean together.\n");
        groups.forEach((title, names) -> {
            text.append("\n## ").append(title).append("\n\n| command | |\n|---|---|\n");
            names.forEach(name -> text.append("| ")
                    .append(link(name))
                    .append(" | ")
                    .append(escaped(summary(pages, name)).replace("|", "\\|"))
                    .append(" |\n"));
        });
        text.append("\n## Exit codes\n\n");
        items(Reference.EXIT_CODES);
        text.append("\n[JSON](../json.md) says how errors look to programs.\n");
        return text.toString();
    }

    private static String link(String name) {
        return "[tsm " + name + "](" + Reference.dashed(name) + ".md)";
    }

    private void terms(String title, List<Term> terms) {
        if (!terms.isEmpty()) {
            text.append("## ").append(title).append("\n\n");
            items(terms);
            text.append('\n');
        }
    }

    private void items(List<Term> terms) {
        terms.forEach(term -> text.append("- `")
                .append(term.term())
                .append("`: ")
                .append(escaped(term.meaning()))
                .append('\n'));
    }

    private void code(String language, List<String> lines) {
        text.append("```").append(language).append('\n');
        lines.forEach(line -> text.append(line.stripTrailing()).append('\n'));
        text.append("```\n\n");
    }

    private static String escaped(String line) {
        return line.replace("\\", "\\\\").replace("<", "\\<").replace("*", "\\*");
    }

    private static String summary(Map<String, Page> pages, String name) {
        Page page = pages.get(name);
        if (page == null) {
            throw new IllegalStateException("a group of HelpText has '" + name + "', which is no command");
        }
        return page.summary();
    }
}
