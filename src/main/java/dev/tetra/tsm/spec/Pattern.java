package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.ProcessType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a patterns file.
 *
 * @param name how users call it
 * @param match the words that a command must have
 * @param type what a command of this pattern is
 * @param port the default port, or null where there is none or it comes from the range
 * @param template how the command is told its port
 * @param builtIn true for those that come with tsm
 * @param origin the file and line, such as {@code patterns.txt:12}
 */
public record Pattern(
        String name,
        List<String> match,
        ProcessType type,
        @Nullable Integer port,
        Template template,
        boolean builtIn,
        String origin) {
    public Pattern {
        match = List.copyOf(match);
    }

    /** The port column as it is written: a number, {@code auto}, {@code 0} or {@code -}. */
    public String portColumn() {
        return switch (type) {
            case PORT -> port == null ? "auto" : port.toString();
            case SOCKET -> "0";
            case PID -> "-";
        };
    }

    /** The match column as it is written. */
    public String matchText() {
        return CommandWords.joinPlain(match);
    }

    /** The line of a patterns file that says the same. */
    public String line() {
        return name + "|" + matchText() + "|" + portColumn() + "|" + template.text();
    }

    /** How well the pattern fits a command: its number of words, then of letters. */
    int letters() {
        return match.stream().mapToInt(String::length).sum();
    }

    /**
     * True when the command has the pattern's words. The first word is the program, whose folder and version do not
     * count ({@link ProgramName#fits}). The others follow in their order; between them the command may have options, and
     * after an option one word that may be its value. So {@code python -m http.server} fits {@code python3 -u -m
     * http.server --bind ::1} but not {@code python3 tool.py -m http.server}. A word with {@code *} is a glob over the
     * whole word; one that begins with it does not stand for an option. A word without {@code /} also fits a path that
     * ends in it.
     */
    boolean fits(List<String> command) {
        if (command.isEmpty() || !fitsProgram(match.getFirst(), command.getFirst())) {
            return false;
        }
        return fitsRest(1, command, 1);
    }

    private boolean fitsRest(int wanted, List<String> command, int from) {
        if (wanted == match.size()) {
            return true;
        }
        boolean afterOption = false;
        for (int i = from; i < command.size(); i++) {
            String word = command.get(i);
            if (fitsWord(match.get(wanted), word) && fitsRest(wanted + 1, command, i + 1)) {
                return true;
            }
            boolean option = word.startsWith("-") && word.length() > 1;
            if ((!option && !afterOption) || word.equals("--")) {
                return false;
            }
            afterOption = option && word.indexOf('=') < 0;
        }
        return false;
    }

    private static boolean fitsProgram(String wanted, String program) {
        if (wanted.indexOf('*') >= 0) {
            return Glob.matches(wanted, wanted.contains("/") ? program : ProgramName.base(program));
        }
        return ProgramName.of(wanted).fits(ProgramName.of(program));
    }

    private static boolean fitsWord(String wanted, String word) {
        if (wanted.startsWith("*") && word.startsWith("-")) {
            return false;
        }
        return Glob.matches(wanted, word) || (!wanted.contains("/") && Glob.matches(wanted, ProgramName.base(word)));
    }
}
