package dev.tetra.tsm.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules of one {@code .gitignore} file, by gitignore(5). */
public final class IgnoreRules {
    /** No rules. */
    public static final IgnoreRules NONE = new IgnoreRules(List.of());

    private record Rule(PathGlob glob, boolean ignores, boolean foldersOnly, boolean anywhere) {}

    private final List<Rule> rules;

    private IgnoreRules(List<Rule> rules) {
        this.rules = rules;
    }

    /** Reads the lines of a file. A line that cannot be understood matches nothing, as with git. */
    public static IgnoreRules of(List<String> lines) {
        List<Rule> rules = new ArrayList<>();
        for (String line : lines) {
            rule(line).ifPresent(rules::add);
        }
        return rules.isEmpty() ? NONE : new IgnoreRules(rules);
    }

    /**
     * Whether a path is ignored; empty when no rule says anything of it. The last rule that fits decides. What is below an
     * ignored folder is not asked for: it cannot be included again.
     *
     * @param path relative to the folder of the rules, with {@code /}
     */
    public Optional<Boolean> ignores(String path, boolean folder) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        for (Rule rule : rules.reversed()) {
            if (!(rule.foldersOnly() && !folder) && rule.glob().fits(rule.anywhere() ? name : path)) {
                return Optional.of(rule.ignores());
            }
        }
        return Optional.empty();
    }

    private static Optional<Rule> rule(String line) {
        String text = stripped(line);
        if (text.isEmpty() || text.startsWith("#")) {
            return Optional.empty();
        }
        boolean ignores = !text.startsWith("!");
        text = ignores ? text : text.substring(1);
        boolean foldersOnly = text.endsWith("/") && !text.endsWith("\\/");
        text = foldersOnly ? text.substring(0, text.length() - 1) : text;
        boolean anywhere = !text.contains("/");
        text = text.startsWith("/") ? text.substring(1) : text;
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Rule(PathGlob.of(text), ignores, foldersOnly, anywhere));
    }

    /** Blanks at the end do not count unless they are quoted by a backslash. */
    private static String stripped(String line) {
        int end = line.endsWith("\r") ? line.length() - 1 : line.length();
        while (end > 0 && line.charAt(end - 1) == ' ' && !(end > 1 && line.charAt(end - 2) == '\\')) {
            end--;
        }
        return line.substring(0, end);
    }
}
