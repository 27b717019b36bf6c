package dev.tetra.tsm.repl;

import dev.tetra.tsm.control.ControlClient.Outcome;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jline.reader.LineReader;
import org.jline.reader.impl.history.DefaultHistory;

/**
 * The lines entered before: in memory for the keys, in the home's file for the next time. What looks secret is in neither;
 * the daemon decides, by the rule that masks what it shows. Until it can be asked, a line waits.
 */
final class Memory extends DefaultHistory {
    /** How many lines the keys reach back. */
    static final int LONGEST = 5000;

    private final HistoryFile file;
    private final DaemonLink link;
    private final List<String> waiting = new ArrayList<>();

    private final Function<String, List<String>> words;
    private boolean keeping;

    /** @param words gives the words of a line, as they are looked at for secrets */
    Memory(HistoryFile file, DaemonLink link, Function<String, List<String>> words) {
        this.file = file;
        this.link = link;
        this.words = words;
    }

    /** The lines as {@code /history} shows them, with their numbers; the last ones alone if {@code last} is not 0. */
    String listing(int last) {
        StringBuilder text = new StringBuilder();
        for (int i = last == 0 ? first() : Math.max(first(), last() + 1 - last); i <= last(); i++) {
            text.append("%5d  %s%n".formatted(i + 1, get(i)));
        }
        return text.toString();
    }

    /** Takes the kept lines; the reader does it when it is made. */
    @Override
    public void attach(LineReader reader) {
        super.attach(reader);
        if (!isEmpty()) {
            return; // the builder of readers attaches twice
        }
        List<String> lines = file.lines();
        lines.subList(Math.max(0, lines.size() - LONGEST), lines.size()).forEach(this::remember);
    }

    /** The line editor calls this for every line; what is kept is decided by {@link #note}. */
    @Override
    public void add(Instant time, String line) {
        if (keeping) {
            super.add(time, line);
        }
    }

    private void remember(String line) {
        keeping = true;
        add(line);
        keeping = false;
    }

    /** Notes a line that was entered. One that begins with a space stays unknown. */
    void note(String line) {
        if (!line.isBlank()
                && !line.startsWith(" ")
                && (isEmpty() || !get(last()).equals(line))) {
            waiting.add(line);
        }
        keepWaiting();
    }

    /** Keeps the noted lines that are known to hold nothing secret, as far as the daemon can be asked. */
    void keepWaiting() {
        while (!waiting.isEmpty()) {
            String line = waiting.getFirst();
            List<String> question = new ArrayList<>(List.of("__secret", "--"));
            question.addAll(words.apply(line));
            Optional<Outcome> answer = link.runIfThere(question, new Gathering(link.caller()));
            if (answer.isEmpty()) {
                return;
            }
            waiting.removeFirst();
            if (answer.get().code() == 0) {
                remember(line);
                try {
                    file.add(line);
                } catch (IOException unwritable) {
                    // It is still there for this time; a full disk must not keep anybody from working.
                }
            }
        }
    }
}
