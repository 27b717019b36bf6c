package dev.tetra.tsm.ipc;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What one line asks. tsm's own verbs are known in any case (ASCII) and take no words. */
public sealed interface ChannelRequest {
    /** The verbs that tsm answers itself. */
    enum Verb {
        STATUS,
        HEALTH,
        RELOAD,
        STOP
    }

    /** One of tsm's own. */
    record Own(Verb verb) implements ChannelRequest {}

    /** Something for the program, if it answers itself. */
    record Other() implements ChannelRequest {}

    /** Nothing that anybody could answer. */
    record Wrong(String why) implements ChannelRequest {}

    /** Understands a line without its end. */
    static ChannelRequest parse(byte[] line) {
        for (byte b : line) {
            boolean control = (b >= 0 && b < ' ' && b != '\t') || b == 0x7F;
            if (control) {
                return new Wrong("the request has control characters");
            }
        }
        String text = new String(line, StandardCharsets.ISO_8859_1).strip();
        if (text.isEmpty()) {
            return new Wrong("empty request");
        }
        String[] words = text.split("[ \t]+", 2);
        Set<String> own = Stream.of(Verb.values()).map(Enum::name).collect(Collectors.toSet());
        String first = words[0].toUpperCase(Locale.ROOT);
        if (!own.contains(first)) {
            return new Other();
        }
        return words.length == 1 ? new Own(Verb.valueOf(first)) : new Wrong(first + " takes no words");
    }
}
