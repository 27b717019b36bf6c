package dev.tetra.tsm.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Turns enum constants into the words users see and store ({@code ON_FAILURE} ↔ {@code on-failure}) and back. */
public final class Words {
    private Words() {}

    /** The user's word for a constant. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The constant a word names, in any case.
     *
     * @param what what the word is called in the error, such as {@code --restart}
     * @throws TsmException.Usage when no constant has that word
     */
    public static <E extends Enum<E>> E parse(Class<E> type, String word, String what) {
        for (E constant : type.getEnumConstants()) {
            if (of(constant).equalsIgnoreCase(word)) {
                return constant;
            }
        }
        String all = Arrays.stream(type.getEnumConstants()).map(Words::of).collect(Collectors.joining(", "));
        throw new TsmException.Usage(what + ": '" + word + "' is none of " + all, "use one of: " + all);
    }
}
