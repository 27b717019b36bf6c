package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Words;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of data as users write and read them: {@code 512K 10M 1.5G}, with units of 1024. */
public final class Sizes {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)([kmgt]?)(?:i?b)?");
    private static final BigDecimal MOST = BigDecimal.valueOf(1L << 50);

    private Sizes() {}

    /**
     * Reads an amount: a number of bytes, or a number with K, M, G or T, which may be followed by B or iB.
     *
     * @param what what it is for, as the error names it, such as {@code --log-max-size}
     * @return in bytes, between 0 and 2^50
     * @throws TsmException.Usage when the text is no amount or too large a one
     */
    public static long parse(String text, String what) {
        Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw wrong(text, what, "is no amount of data");
        }
        int power = " kmgt".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2));
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
        if (bytes.compareTo(MOST) > 0) {
            throw wrong(text, what, "is too much");
        }
        return bytes.longValue();
    }

    /** An amount as {@link #parse} reads it back, exactly: {@code 10M}, {@code 1500}. */
    public static String format(long bytes) {
        return Words.size(bytes);
    }

    private static TsmException.Usage wrong(String text, String what, String problem) {
        return new TsmException.Usage(what + ": '" + text + "' " + problem, "write it like 512K, 10M or 1G");
    }
}
