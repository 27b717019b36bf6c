package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient;
import dev.tetra.tsm.control.ControlClient.End;
import dev.tetra.tsm.control.ControlClient.Outcome;
import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a line of the REPL does: a few words are the REPL's own, all others are a command for the daemon. */
final class Shell {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    /** The words of the REPL itself, and what each does. */
    static final Map<String, String> OWN = new TreeMap<>(Map.of(
            "cd", "go to another folder, for the commands that follow",
            "quit", "leave",
            "exit", "leave",
            "/quit", "leave",
            "/help", "what the REPL itself knows",
            "/history", "the lines entered before; a number: so many of the last ones",
            "/sql", "enter SQL statements until Ctrl-D or \\q",
            "/clear", "clear the screen"));

    /** What only a person at a terminal can have done. */
    interface Person {
        /** Shows the lines entered before, the last ones if {@code last} is not 0. */
        void history(int last) throws IOException;

        /** Clears the screen. */
        void clear();

        /** Runs a program on the terminal; empty when there is no such program. */
        Optional<Integer> program(String name, List<String> words) throws IOException;
    }

    private final Session session;
    private final ControlClient.Display display;
    private final @Nullable Person person;
    private final String start;
    private String previous;

    /** @param person who is at the terminal; null in a script */
    Shell(Session session, ControlClient.Display display, @Nullable Person person) {
        this.session = session;
        this.display = display;
        this.person = person;
        this.start = session.link().caller().cwd();
        this.previous = start;
    }

    /** Runs a whole line. Gives the exit code; empty when the line is to leave. */
    Optional<Integer> run(String line) throws IOException {
        List<String> words = LineWords.of(line).map(LineWords::words).orElse(List.of());
        if (!words.isEmpty() && words.getFirst().equals("tsm")) {
            words = words.subList(1, words.size()); // the habit of the shell
        }
        if (words.isEmpty()) {
            return Optional.of(0);
        }
        String first = words.getFirst();
        return switch (first) {
            case "quit", "exit", "/quit" -> Optional.empty();
            case "cd" -> Optional.of(changeFolder(words.subList(1, words.size())));
            case "/help" -> Optional.of(help());
            case "/history" -> Optional.of(history(words.subList(1, words.size())));
            case "/clear" -> Optional.of(clear());
            case "/sql" -> Optional.of(program("sql", List.of("sql")));
            default -> Optional.of(first.startsWith("/") ? unknown(first) : command(words));
        };
    }

    /** The folder as a prompt shows it: empty in the one that the REPL was started in. */
    String folder() {
        String now = session.link().caller().cwd();
        String home = session.link().caller().variable("HOME");
        if (now.equals(start)) {
            return "";
        }
        return home.length() > 1 && (now + "/").startsWith(home + "/") ? "~" + now.substring(home.length()) : now;
    }

    private int command(List<String> words) throws IOException {
        Outcome outcome = session.link().run(words, display);
        return outcome.end() == End.CLIENT ? program(outcome.program(), words) : outcome.code();
    }

    private int program(String name, List<String> words) throws IOException {
        if (name.equals("repl")) {
            return misused("this is the REPL already", "/help says what it knows");
        }
        if (person == null) {
            return misused(
                    "'" + name + "' talks to a person at a terminal, and this is a script",
                    name.equals("sql") ? "give it the statement: sql \"SELECT …\"" : "run it in a terminal");
        }
        Optional<Integer> code = person.program(name, words);
        return code.isPresent()
                ? code.get()
                : fail("this client has no program '" + name + "'", "leave, and start it anew");
    }

    private int changeFolder(List<String> words) {
        if (words.size() > 1) {
            return misused("cd takes one folder, not " + words.size() + " words", "quote a name that has spaces");
        }
        String wanted = words.isEmpty() ? "~" : words.getFirst();
        Caller caller = session.link().caller();
        String name = wanted.equals("-") ? previous : Folders.expand(wanted, caller);
        try {
            Path folder = Path.of(caller.cwd()).resolve(name).normalize();
            if (!Files.exists(folder)) {
                return fail("there is no folder " + folder, "Tab shows the folders there are");
            }
            if (!Files.isDirectory(folder) || !Files.isExecutable(folder)) {
                return fail(folder + (Files.isDirectory(folder) ? " can't be entered" : " is no folder"), "");
            }
            previous = caller.cwd();
            session.link().moveTo(folder.toString());
            return 0;
        } catch (InvalidPathException e) {
            return misused("'" + wanted + "' can't be the name of a folder", "");
        }
    }

    private int help() throws IOException {
        StringBuilder text = new StringBuilder("""
                Every command of tsm, without the word tsm; help lists them. Besides:
                """);
        OWN.forEach((word, what) -> text.append("  %-10s %s%n".formatted(word, what)));
        text.append("""
                Tab completes, Ctrl-R searches the lines entered before, Ctrl-C ends a command that runs, Ctrl-D leaves.
                A line goes on after a backslash at its end, and within quotes.
                A line that begins with a space, or has a word that looks secret, is not kept.
                """);
        display.out(RawText.encode(text.toString()));
        return 0;
    }

    private int history(List<String> words) throws IOException {
        int last = 0;
        if (!words.isEmpty()) {
            String number = words.getFirst();
            if (words.size() > 1 || !number.matches("[1-9][0-9]{0,8}")) {
                return misused("/history: '" + String.join(" ", words) + "' is no number of lines", "/history 20");
            }
            last = Integer.parseInt(number);
        }
        if (person == null) {
            return misused("a script has no history", "");
        }
        person.history(last);
        return 0;
    }

    private int clear() {
        if (person != null) {
            person.clear();
        }
        return 0;
    }

    private int unknown(String word) {
        String nearest = OWN.keySet().stream()
                .filter(known -> known.startsWith("/"))
                .filter(known -> Distance.between(known, word) <= 2)
                .findFirst()
                .map(known -> "did you mean " + known + "?  ")
                .orElse("");
        return misused("'" + word + "' is no command of the REPL", nearest + "/help lists them");
    }

    private int fail(String message, String hint) {
        session.streams().complain(message, hint);
        return FAILED;
    }

    private int misused(String message, String hint) {
        session.streams().complain(message, hint);
        return USAGE;
    }
}
