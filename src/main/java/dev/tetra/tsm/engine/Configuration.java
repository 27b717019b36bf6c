package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.spec.Durations;
import dev.tetra.tsm.spec.Nearest;
import dev.tetra.tsm.store.Store;
import dev.tetra.tsm.store.Tx;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** The settings of a home that users change. */
public final class Configuration {
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final long FEWEST_ROWS = 1_000;
    private static final long MOST_ROWS = 10_000_000;

    static final Known KEEP_EVENTS =
            new Known("keep-events", "90d", "how long events are kept", text -> duration("keep-events", text));
    static final Known KEEP_RUNS = new Known(
            "keep-runs",
            "90d",
            "how long runs that are over are kept, ports that were given back, and processes that were deleted",
            text -> duration("keep-runs", text));
    static final Known KEEP_COMMANDS = new Known(
            "keep-commands",
            "90d",
            "how long it is kept who ran which command",
            text -> duration("keep-commands", text));
    static final Known KEEP_ROWS = new Known(
            "keep-rows",
            "200000",
            "how many events, runs and commands are kept at most; the oldest go first",
            Configuration::rows);
    private static final Known PORT_RANGE = new Known(
            PortBook.RANGE,
            PortBook.DEFAULT_RANGE.text(),
            "the ports that are given to whoever names none",
            text -> PortBook.Range.parse(text).text());

    private static final List<Known> ALL = List.of(KEEP_COMMANDS, KEEP_EVENTS, KEEP_ROWS, KEEP_RUNS, PORT_RANGE);

    /**
     * A setting that there is.
     *
     * @param normal checks a value and gives it in its usual form
     */
    record Known(String name, String usual, String meaning, UnaryOperator<String> normal) {
        String of(Tx tx) {
            return tx.settings().get(name).orElse(usual);
        }
    }

    /**
     * A setting as it is.
     *
     * @param value what counts
     * @param usual what counts when nobody sets it
     * @param set whether somebody did
     */
    public record Setting(String name, String value, String usual, boolean set, String meaning) {}

    private final Store store;

    Configuration(Store store) {
        this.store = store;
    }

    /** All that there are, by name. */
    public List<Setting> all() {
        return store.call(tx -> ALL.stream().map(known -> setting(tx, known)).toList());
    }

    /**
     * One of them.
     *
     * @throws TsmException.Usage when there is none of that name
     */
    public Setting get(String name) {
        Known known = known(name);
        return store.call(tx -> setting(tx, known));
    }

    /**
     * Sets one.
     *
     * @throws TsmException.Usage when there is none of that name, or the value is not for it
     */
    public Setting set(String name, String value, Caller caller) {
        Known known = known(name);
        String normal = known.normal().apply(value.strip());
        return store.decide(tx -> {
            tx.settings().put(name, normal);
            tx.journal().configEvent(Origin.USER, name + " set to " + normal + " by " + caller.user());
            return setting(tx, known);
        });
    }

    /**
     * Takes one back to what is usual.
     *
     * @throws TsmException.Usage when there is none of that name
     */
    public Setting unset(String name, Caller caller) {
        Known known = known(name);
        return store.decide(tx -> {
            if (tx.settings().remove(name)) {
                tx.journal()
                        .configEvent(Origin.USER, name + " taken back to " + known.usual() + " by " + caller.user());
            }
            return setting(tx, known);
        });
    }

    private static Setting setting(Tx tx, Known known) {
        return new Setting(
                known.name(),
                known.of(tx),
                known.usual(),
                tx.settings().get(known.name()).isPresent(),
                known.meaning());
    }

    private static Known known(String name) {
        List<String> names = ALL.stream().map(Known::name).toList();
        return ALL.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    String nearest = Nearest.to(name, names)
                            .map(word -> "did you mean " + word + "?  ")
                            .orElse("");
                    return new TsmException.Usage(
                            "there is no setting '" + name + "'",
                            nearest + "the settings: " + String.join(", ", names));
                });
    }

    private static String duration(String name, String text) {
        Duration duration = Durations.parse(text, name);
        if (duration.compareTo(SHORTEST) < 0) {
            throw new TsmException.Usage(
                    name + ": '" + text + "' is too short", "history is kept for an hour at least: 1h, 30d, 52w");
        }
        return Durations.format(duration);
    }

    private static String rows(String text) {
        if (text.matches("[0-9]{1,9}")) {
            long rows = Long.parseLong(text);
            if (rows >= FEWEST_ROWS && rows <= MOST_ROWS) {
                return Long.toString(rows);
            }
        }
        throw new TsmException.Usage(
                "keep-rows: '" + text + "' is no number of rows",
                "write a number from " + FEWEST_ROWS + " to " + MOST_ROWS);
    }
}
