package dev.tetra.tsm.model;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which ends of a program count as success.
 *
 * @param codes exit codes from 0 to 255, ascending; an end by a signal has 128 and the signal's number, as in a shell
 */
public record SuccessCodes(List<Integer> codes) {
    /** Code 0. */
    public static final SuccessCodes USUAL = new SuccessCodes(List.of(0));

    public SuccessCodes {
        codes = List.copyOf(new TreeSet<>(codes));
        if (codes.isEmpty() || codes.getFirst() < 0 || codes.getLast() > 255) {
            throw new TsmException.Usage(
                    "--success-codes: '" + join(codes) + "' is no list of exit codes",
                    "give numbers from 0 to 255 or signals, such as 0,143 or 0,TERM");
        }
    }

    /** Whether that end is one of them. What nobody saw is not. */
    public boolean success(Exit exit) {
        return switch (exit) {
            case Exit.Code _, Exit.Signalled _ -> codes.contains(exit.shellCode());
            case Exit.Unknown _ -> false;
        };
    }

    /** As users write them: {@code 0,143}. */
    public String words() {
        return join(codes);
    }

    private static String join(Collection<Integer> codes) {
        return codes.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
