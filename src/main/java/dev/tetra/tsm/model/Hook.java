package dev.tetra.tsm.model;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is to be told of events.
 *
 * @param events of these kinds
 * @param target a command line of a shell, or a URL with http or https
 */
public record Hook(Set<EventKind> events, String target) {
    /** The word for every event. */
    private static final String ALL = "all";

    public Hook {
        events = Set.copyOf(EnumSet.copyOf(events));
        target = target.strip();
        if (target.isEmpty()) {
            throw new TsmException.Usage(
                    "a hook needs a command or a URL",
                    "such as --on exit,restart='notify.sh', or https://example.org/x");
        }
    }

    /** Whether it is a URL that is told by HTTP. */
    public boolean web() {
        String lower = target.toLowerCase(Locale.ROOT);
        return lower.startsWith("http://") || lower.startsWith("https://");
    }

    /** The words for its events, in their order, with commas between. */
    public String words() {
        return events.size() == EventKind.values().length
                ? ALL
                : Arrays.stream(EventKind.values())
                        .filter(events::contains)
                        .map(EventKind::word)
                        .collect(Collectors.joining(","));
    }

    /**
     * Reads {@code EVENTS=TARGET}.
     *
     * @throws TsmException.Usage when it is not of that form
     */
    public static Hook parse(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new TsmException.Usage(
                    "--on: '" + text + "' does not say what to run",
                    "write --on exit,restart='COMMAND' or --on exit=URL");
        }
        return new Hook(events(text.substring(0, equals)), text.substring(equals + 1));
    }

    /**
     * Reads {@code exit,restart}; {@code errored} is giveup, {@code ready} is online, {@code all} is every kind.
     *
     * @throws TsmException.Usage for a word that is no kind of event
     */
    public static Set<EventKind> events(String text) {
        Set<EventKind> events = EnumSet.noneOf(EventKind.class);
        for (String word : text.split(",", -1)) {
            switch (word.strip().toLowerCase(Locale.ROOT)) {
                case ALL -> events.addAll(List.of(EventKind.values()));
                case "errored" -> events.add(EventKind.GIVEUP);
                case "ready" -> events.add(EventKind.ONLINE);
                default -> events.add(kind(word.strip()));
            }
        }
        return events;
    }

    private static EventKind kind(String word) {
        return Arrays.stream(EventKind.values())
                .filter(kind -> kind.word().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(() -> new TsmException.Usage(
                        "--on: '" + word + "' is no event",
                        "one of: "
                                + Stream.concat(
                                                Arrays.stream(EventKind.values())
                                                        .map(EventKind::word),
                                                Stream.of("errored", "ready", ALL))
                                        .collect(Collectors.joining(", "))));
    }

    /** As a user writes it for a process. */
    @Override
    public String toString() {
        return words() + "=" + target;
    }
}
