package dev.tetra.tsm.command;

import dev.tetra.tsm.command.render.Visible;
import dev.tetra.tsm.engine.View;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code --format}: a line for each process, in which {@code {name}} stands for the field of that name, {@code -} when it
 * has none. A backslash before {@code t} or {@code n} makes a tab or a new line, before anything else that itself.
 */
final class Format {
    private static final String OPTION = "--format";

    private final List<ProcessFields.Value<View>> parts = new ArrayList<>();

    /**
     * Reads a template.
     *
     * @throws TsmException.Usage for a field that does not exist, and a brace without its partner
     */
    Format(String template) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c == '\\' && i + 1 < template.length()) {
                char escaped = template.charAt(++i);
                text.append(escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped);
            } else if (c == '{') {
                int end = template.indexOf('}', i);
                if (end < 0) {
                    throw new TsmException.Usage(
                            OPTION + ": the brace in '" + template.substring(i) + "' is not closed",
                            "write it like '{id} {name} {port}'; \\{ is a brace");
                }
                literal(text.toString());
                text.setLength(0);
                ProcessFields.Value<View> value = ProcessFields.named(template.substring(i + 1, end), OPTION)
                        .value();
                parts.add(view -> shown(ProcessFields.text(value.of(view))));
                i = end;
            } else {
                text.append(c);
            }
        }
        literal(text.toString());
    }

    /** The line of a process, with its newline. */
    String line(View view) {
        StringBuilder line = new StringBuilder();
        parts.forEach(part -> line.append(part.of(view)));
        return line.append('\n').toString();
    }

    private void literal(String text) {
        if (!text.isEmpty()) {
            parts.add(view -> text);
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "-" : Visible.line(value);
    }
}
