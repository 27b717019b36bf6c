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

    /** An amount of data as users write it, exactly: {@code 10M}, {@code 1500}; units of 1024. */
    public static String size(long bytes) {
        String units = "KMGT";
        long amount = bytes;
        int unit = -1;
        while (amount != 0 && amount % 1024 == 0 && unit < units.length() - 1) {
            amount /= 1024;
            unit++;
        }
        return unit < 0 ? String.valueOf(amount) : amount + units.substring(unit, unit + 1);
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
