package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shares of processors as users write them: {@code 0.5} of one, {@code 2}, or {@code 150%}. */
public final class Processors {
    private static final Pattern SHARE = Pattern.compile("([0-9]{1,7}(?:\\.[0-9]{1,9})?|\\.[0-9]{1,9})\\s*(%?)");
    /** More than any machine has. */
    private static final BigDecimal MOST = BigDecimal.valueOf(10_000);

    private Processors() {}

    /**
     * Reads a share.
     *
     * @param what what it is for, as the error names it, such as {@code --cpu}
     * @return in thousandths of a processor; what is less than one is left out
     * @throws TsmException.Usage when the text is none, or more than 10,000 processors
     */
    public static int parse(String text, String what) {
        Matcher matcher = SHARE.matcher(text.strip());
        if (!matcher.matches()) {
            throw wrong(text, what, "is no number of processors");
        }
        BigDecimal share = new BigDecimal(matcher.group(1));
        BigDecimal processors = matcher.group(2).isEmpty() ? share : share.movePointLeft(2);
        if (processors.compareTo(MOST) > 0) {
            throw wrong(text, what, "is more than any machine has");
        }
        return processors.movePointRight(3).intValue();
    }

    private static TsmException.Usage wrong(String text, String what, String problem) {
        return new TsmException.Usage(what + ": '" + text + "' " + problem, "write it like 0.5, 2 or 150%");
    }
}
