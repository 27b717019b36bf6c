package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.ProcessType;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a patterns file says: lines {@code name|match|port|template}, empty ones and those that begin with {@code #}
 * left out. The template may be left out and then is {@code {cmd}}.
 *
 * @param patterns the good lines in their order
 * @param warnings one text {@code file:line: what} for each bad line
 */
public record PatternFile(List<Pattern> patterns, List<String> warnings) {
    private static final java.util.regex.Pattern NAME = java.util.regex.Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    public PatternFile {
        patterns = List.copyOf(patterns);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads the text of a patterns file. A bad line is left out with a warning, whatever is in it.
     *
     * @param file the file's name, as warnings say it
     * @param builtIn true for the file that comes with tsm
     */
    public static PatternFile parse(String text, String file, boolean builtIn) {
        List<Pattern> patterns = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        Map<String, String> seen = new HashMap<>();
        int number = 0;
        for (String line : text.split("\\r?\\n|\\r", -1)) {
            String origin = file + ":" + ++number;
            String content = line.strip();
            if (content.startsWith("\uFEFF")) {
                content = content.substring(1).strip();
            }
            if (content.isEmpty() || content.startsWith("#")) {
                continue;
            }
            try {
                Pattern pattern = pattern(content, builtIn, origin);
                String earlier = seen.put(pattern.name(), origin);
                if (earlier != null) {
                    warnings.add(origin + ": '" + pattern.name() + "' is already at " + earlier + "; this line wins");
                    patterns.removeIf(p -> p.name().equals(pattern.name()));
                }
                patterns.add(pattern);
            } catch (IllegalArgumentException | TsmException wrong) {
                warnings.add(origin + ": " + wrong.getMessage());
            }
        }
        return new PatternFile(patterns, warnings);
    }

    /** Whether it can be the name of a pattern. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    private static Pattern pattern(String line, boolean builtIn, String origin) {
        String[] fields = line.split("\\|", 4);
        if (fields.length < 3) {
            throw new IllegalArgumentException("needs name|match|port|template, has " + fields.length + " of 4 fields");
        }
        String name = fields[0].strip();
        if (!isName(name)) {
            throw new IllegalArgumentException("'" + name + "' can't be a name: use letters, digits, '.', '_' and '-'");
        }
        List<String> match = CommandWords.split(fields[1]);
        if (match.isEmpty() || match.getFirst().isEmpty()) {
            throw new IllegalArgumentException("the match is empty");
        }
        String column = fields[2].strip();
        ProcessType type = type(column);
        String text = fields.length < 4 || fields[3].isBlank() ? "{cmd}" : fields[3].strip();
        Template template = Template.parse(text);
        if (type != ProcessType.PORT && template.usesPort()) {
            throw new IllegalArgumentException("the template has {port}, but the port is " + column);
        }
        return new Pattern(name, match, type, port(column), template, builtIn, origin);
    }

    private static ProcessType type(String column) {
        return switch (column) {
            case "0" -> ProcessType.SOCKET;
            case "-" -> ProcessType.PID;
            default -> ProcessType.PORT;
        };
    }

    private static @Nullable Integer port(String column) {
        if (column.equals("auto") || column.equals("0") || column.equals("-")) {
            return null;
        }
        int port = column.matches("[0-9]{1,5}") ? Integer.parseInt(column) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "the port '" + column + "' is none of a number from 1 to 65535, 0, auto, -");
        }
        return port;
    }
}
