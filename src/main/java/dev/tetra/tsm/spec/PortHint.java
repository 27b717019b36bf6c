package dev.tetra.tsm.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * A port that the user wrote in a command.
 *
 * @param port 1 to 65535
 * @param word the index of the word in which it stands
 * @param start where the number begins in that word
 * @param text the word, for messages
 */
public record PortHint(int port, int word, int start, String text) {
    public PortHint {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("no port: " + port);
        }
    }

    /** The same words with another port in its place. The words must be those in which the hint was found. */
    public List<String> replacedIn(List<String> words, int other) {
        String old = words.get(word);
        List<String> changed = new ArrayList<>(words);
        changed.set(
                word,
                old.substring(0, start)
                        + other
                        + old.substring(start + Integer.toString(port).length()));
        return List.copyOf(changed);
    }
}
