package dev.tetra.tsm.repl;

import java.util.ArrayList;
import java.util.List;

/**
 * Text in SQL statements, which end with a semicolon; not one within {@code '…'}, {@code "…"}, a comment that begins with
 * two dashes, or one between slash and star.
 *
 * @param statements the whole ones, without their semicolons; none is blank
 * @param rest what stands after the last semicolon
 */
record SqlText(List<String> statements, String rest) {
    SqlText {
        statements = List.copyOf(statements);
    }

    /** Cuts a text. */
    static SqlText of(String text) {
        List<String> statements = new ArrayList<>();
        int start = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'' || c == '"') {
                at = after(text, String.valueOf(c), at + 1);
            } else if (text.startsWith("--", at)) {
                at = after(text, "\n", at + 2);
            } else if (text.startsWith("/*", at)) {
                at = after(text, "*/", at + 2);
            } else {
                if (c == ';') {
                    String statement = text.substring(start, at).strip();
                    if (!statement.isEmpty()) {
                        statements.add(statement);
                    }
                    start = at + 1;
                }
                at++;
            }
        }
        return new SqlText(statements, text.substring(start));
    }

    private static int after(String text, String end, int from) {
        int found = text.indexOf(end, from);
        return found < 0 ? text.length() : found + end.length();
    }

    /** Whether a text is to be run as it is: it ends with a whole statement, or there is nothing in it. */
    boolean isWhole() {
        return rest.lines()
                .allMatch(line -> line.isBlank() || line.stripLeading().startsWith("--"));
    }
}
