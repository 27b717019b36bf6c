package dev.tetra.tsm.repl.top;

import dev.tetra.tsm.command.render.Visible;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is shown, and how looks, answers and keys change it. Used by one thread. */
public final class TopModel {
    /** So many looks a message is shown. */
    private static final int MESSAGE_LOOKS = 6;

    private static final int LONGEST_FILTER = 100;

    /** What the keys mean. */
    enum Mode {
        /** They move in the table. */
        TABLE,
        /** They write the filter. */
        FILTER,
        /** They answer whether to stop. */
        CONFIRM,
        /** They move in the log, which fills the screen. */
        LOGS,
        /** Any key leads back. */
        HELP
    }

    /** A word to the user. */
    record Message(String text, boolean error) {}

    private final History history = new History();
    private Look look = new Look(Instant.EPOCH, List.of());
    private List<ProcessRow> rows = List.of();
    private Mode mode = Mode.TABLE;
    private Mode before = Mode.TABLE;
    private Order order;
    private String filter;
    private boolean all;
    private final String namespace;
    private long chosen = -1;
    private int chosenIndex;
    private int firstRow;
    private int page = 1;
    private @Nullable Message message;
    private int messageLooks;
    private @Nullable String lost;
    private long logsOf = -1;
    private List<LogText> logs = List.of();
    private int logsUp;
    private int furthestUp;

    /**
     * A model that has seen nothing yet.
     *
     * @param all whether to show those at rest too
     * @param filter a text; empty for none
     */
    public TopModel(Order order, boolean all, String filter) {
        this(order, all, filter, "");
    }

    /**
     * As the other.
     *
     * @param namespace only processes of this one; empty for all
     */
    public TopModel(Order order, boolean all, String filter, String namespace) {
        this.namespace = namespace;
        this.order = order;
        this.all = all;
        this.filter = filter;
    }

    // --- what happens ---

    /** A new look. */
    public void look(Look seen) {
        look = seen;
        lost = null;
        history.add(seen);
        if (message != null && ++messageLooks > MESSAGE_LOOKS) {
            message = null;
        }
        arrange();
    }

    /** There are no looks any more, and why. */
    public void lost(String why) {
        lost = why;
    }

    /** A word about what a key began. */
    public void tell(String text, boolean error) {
        message = new Message(Visible.line(text), error);
        messageLooks = 0;
    }

    /** The last lines of the log of a process, in place of those before. */
    public void logs(long key, List<LogText> lines) {
        if (logsUp > 0 && logsOf == key && lines.size() > logs.size()) {
            // who reads further up is not to be moved by what comes below
            logsUp += lines.size() - logs.size();
        }
        logsOf = key;
        logs = lines;
    }

    /**
     * A key.
     *
     * @param text the character, for {@link Key#CHARACTER}
     */
    public Optional<Effect> key(Key key, String text) {
        if (key == Key.INTERRUPT) {
            return Optional.of(new Effect.Quit());
        }
        if (key == Key.REDRAW) {
            return Optional.of(new Effect.Repaint());
        }
        return switch (mode) {
            case TABLE -> inTable(key, text);
            case LOGS -> inLogs(key, text);
            case FILTER -> inFilter(key, text);
            case CONFIRM -> confirmed(text);
            case HELP -> {
                mode = before;
                yield Optional.empty();
            }
        };
    }

    private Optional<Effect> inTable(Key key, String text) {
        switch (key) {
            case UP -> choose(chosenIndex - 1);
            case DOWN -> choose(chosenIndex + 1);
            case PAGE_UP -> choose(chosenIndex - page);
            case PAGE_DOWN -> choose(chosenIndex + page);
            case HOME -> choose(0);
            case END -> choose(rows.size() - 1);
            case ENTER -> openLogs();
            case ESCAPE -> {
                return Optional.of(new Effect.Quit());
            }
            case CHARACTER -> {
                return character(text);
            }
            case BACKSPACE, INTERRUPT, REDRAW -> {}
        }
        return Optional.empty();
    }

    private Optional<Effect> character(String text) {
        switch (text) {
            case "k" -> choose(chosenIndex - 1);
            case "j" -> choose(chosenIndex + 1);
            case "g" -> choose(0);
            case "G" -> choose(rows.size() - 1);
            case "l" -> openLogs();
            case "/" -> mode = Mode.FILTER;
            case "<" -> reorder(order.moved(-1));
            case ">", "o" -> reorder(order.moved(1));
            case "O" -> reorder(order.turned());
            case "a" -> {
                all = !all;
                arrange();
            }
            default -> {
                return commandOrLeave(text);
            }
        }
        return Optional.empty();
    }

    private Optional<Effect> commandOrLeave(String text) {
        return switch (text) {
            case "q" -> Optional.of(new Effect.Quit());
            case "h", "?" -> {
                before = mode;
                mode = Mode.HELP;
                yield Optional.empty();
            }
            case "s" -> {
                if (chosen().isPresent()) {
                    before = mode;
                    mode = Mode.CONFIRM;
                }
                yield Optional.empty();
            }
            case "r" -> chosen().map(row -> command("restart", row));
            default -> Optional.empty();
        };
    }

    private Effect command(String verb, ProcessRow row) {
        tell(verb + " " + row.label() + " …", false);
        return new Effect.Command(List.of(verb, "id:" + row.id()));
    }

    private Optional<Effect> confirmed(String text) {
        mode = before;
        return text.equals("y") || text.equals("Y") ? chosen().map(row -> command("stop", row)) : Optional.empty();
    }

    private Optional<Effect> inFilter(Key key, String text) {
        switch (key) {
            case ENTER -> mode = Mode.TABLE;
            case ESCAPE -> {
                filter = "";
                mode = Mode.TABLE;
            }
            case BACKSPACE ->
                filter = filter.substring(0, filter.isEmpty() ? 0 : filter.offsetByCodePoints(filter.length(), -1));
            case CHARACTER -> filter += filter.length() < LONGEST_FILTER ? Visible.line(text) : "";
            case UP -> choose(chosenIndex - 1);
            case DOWN -> choose(chosenIndex + 1);
            case PAGE_UP, PAGE_DOWN, HOME, END, INTERRUPT, REDRAW -> {}
        }
        arrange();
        return Optional.empty();
    }

    private Optional<Effect> inLogs(Key key, String text) {
        switch (key) {
            case UP -> scroll(1);
            case DOWN -> scroll(-1);
            case PAGE_UP -> scroll(page);
            case PAGE_DOWN -> scroll(-page);
            case HOME -> scroll(furthestUp);
            case END -> logsUp = 0;
            case ESCAPE, ENTER -> mode = Mode.TABLE;
            case CHARACTER -> {
                switch (text) {
                    case "k" -> scroll(1);
                    case "j" -> scroll(-1);
                    case "g" -> scroll(furthestUp);
                    case "G" -> logsUp = 0;
                    case "l", "q" -> mode = Mode.TABLE;
                    default -> {
                        return commandOrLeave(text);
                    }
                }
            }
            case BACKSPACE, INTERRUPT, REDRAW -> {}
        }
        return Optional.empty();
    }

    private void scroll(int lines) {
        logsUp = Math.clamp((long) logsUp + lines, 0, furthestUp);
    }

    private void openLogs() {
        if (chosen().isPresent()) {
            logsUp = 0;
            mode = Mode.LOGS;
        }
    }

    private void choose(int index) {
        chosenIndex = Math.clamp(index, 0, Math.max(0, rows.size() - 1));
        chosen = rows.isEmpty() ? -1 : rows.get(chosenIndex).key();
    }

    private void reorder(Order next) {
        order = next;
        arrange();
    }

    /** Filters and orders anew. The choice stays on its process; when that is gone, on the one that takes its place. */
    private void arrange() {
        String wanted = filter.toLowerCase(Locale.ROOT);
        rows = look.rows().stream()
                .filter(row -> namespace.isEmpty() || row.namespace().equals(namespace))
                .filter(row -> all || !row.atRest())
                .filter(row -> wanted.isEmpty() || fits(row, wanted))
                .sorted(order.comparator())
                .toList();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).key() == chosen) {
                chosenIndex = i;
                return;
            }
        }
        if (mode == Mode.CONFIRM) {
            // the question was about another one
            mode = before;
        }
        choose(chosenIndex);
    }

    private static boolean fits(ProcessRow row, String wanted) {
        return List.of(row.name(), row.namespace(), row.status(), row.port(), String.valueOf(row.id())).stream()
                .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(wanted));
    }

    // --- what is to be seen ---

    /** The process the cursor is on. */
    public Optional<ProcessRow> chosen() {
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.get(chosenIndex));
    }

    /** The first of so many rows that are shown, such that the chosen one is among them. */
    int firstRow(int height) {
        page = Math.max(1, height - 1);
        int last = Math.max(0, rows.size() - height);
        firstRow = Math.clamp(firstRow, Math.max(0, chosenIndex - height + 1), Math.max(0, chosenIndex));
        firstRow = Math.min(firstRow, last);
        return firstRow;
    }

    /** How far up the log is scrolled, with so many lines of so many on the screen. */
    int logsUp(int lines, int height) {
        page = Math.max(1, height - 1);
        furthestUp = Math.max(0, lines - height);
        logsUp = Math.min(logsUp, furthestUp);
        return logsUp;
    }

    /** The lines of the chosen process's log. */
    List<LogText> logs() {
        return chosen().filter(row -> row.key() == logsOf).isPresent() ? logs : List.of();
    }

    Look seen() {
        return look;
    }

    List<ProcessRow> rows() {
        return rows;
    }

    int chosenIndex() {
        return chosenIndex;
    }

    History history() {
        return history;
    }

    Mode mode() {
        return mode;
    }

    Order order() {
        return order;
    }

    String filter() {
        return filter;
    }

    boolean showsAll() {
        return all;
    }

    Optional<Message> message() {
        return lost == null ? Optional.ofNullable(message) : Optional.of(new Message(lost, true));
    }

    boolean isLost() {
        return lost != null;
    }
}
