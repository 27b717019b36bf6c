package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.model.Ulimit;
import dev.tetra.tsm.model.Words;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Limits as users write and read them: {@code nofile=4096}, {@code nofile=4096:8192}, {@code core=unlimited}. */
public final class Ulimits {
    private static final String WHAT = "--ulimit";
    private static final String NONE = "unlimited";

    private Ulimits() {}

    /**
     * Reads a limit. One amount is both the soft and the hard limit.
     *
     * @throws TsmException.Usage when it is none
     */
    public static Ulimit parse(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new TsmException.Usage(
                    WHAT + ": '" + text + "' is no limit", "write NAME=VALUE, such as nofile=4096");
        }
        Ulimit.Resource resource = Words.parse(
                Ulimit.Resource.class, text.substring(0, equals).strip().toLowerCase(Locale.ROOT), WHAT);
        String value = text.substring(equals + 1);
        int colon = value.indexOf(':');
        Long soft = amount(resource, colon < 0 ? value : value.substring(0, colon));
        return new Ulimit(resource, soft, colon < 0 ? soft : amount(resource, value.substring(colon + 1)));
    }

    private static @Nullable Long amount(Ulimit.Resource resource, String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (word.equals(NONE)) {
            return null;
        }
        String what = WHAT + " " + resource.word();
        if (resource.unit() == Ulimit.Unit.BYTES) {
            return Sizes.parse(word, what);
        }
        if (word.matches("[0-9]{1,15}")) {
            return Long.valueOf(word);
        }
        throw new TsmException.Usage(
                what + ": '" + text + "' is no number", "write a number, SOFT:HARD for two, or unlimited");
    }

    /** A limit as {@link #parse} reads it back. */
    public static String format(Ulimit limit) {
        String soft = amount(limit.resource(), limit.soft());
        String hard = amount(limit.resource(), limit.hard());
        return limit.resource().word() + "=" + (soft.equals(hard) ? soft : soft + ":" + hard);
    }

    private static String amount(Ulimit.Resource resource, @Nullable Long amount) {
        return amount == null ? NONE : resource.unit() == Ulimit.Unit.BYTES ? Sizes.format(amount) : amount.toString();
    }
}
