package dev.tetra.tsm.command;

import dev.tetra.tsm.model.Words;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** The words that a parameter takes, for completion. picocli makes an object of a subclass by reflection. */
abstract class Choices implements Iterable<String> {
    private final List<String> words;

    Choices(String... words) {
        this.words = List.of(words);
    }

    Choices(Enum<?>... constants) {
        this.words = Arrays.stream(constants).map(Words::of).toList();
    }

    @Override
    public Iterator<String> iterator() {
        return words.iterator();
    }
}
