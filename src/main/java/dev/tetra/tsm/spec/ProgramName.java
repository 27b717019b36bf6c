package dev.tetra.tsm.spec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program's name without its folder, split into stem and version: {@code /usr/bin/python3.11} is {@code python} and
 * {@code 3.11}.
 */
record ProgramName(String stem, String version) {
    private static final Pattern VERSIONED = Pattern.compile("(.*[A-Za-z_])-?([0-9]+(?:\\.[0-9]+)*)");

    static ProgramName of(String word) {
        String base = base(word);
        Matcher matcher = VERSIONED.matcher(base);
        return matcher.matches() ? new ProgramName(matcher.group(1), matcher.group(2)) : new ProgramName(base, "");
    }

    /** The last part of a path. */
    static String base(String path) {
        String rest = path;
        while (rest.length() > 1 && rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        return rest.equals("/") ? rest : rest.substring(rest.lastIndexOf('/') + 1);
    }

    /**
     * True when both may be the same program: equal stems, and one version is the beginning of the other. So {@code
     * python} fits every python, {@code python3} fits {@code python3.11}, but {@code web1} does not fit {@code web2}.
     */
    boolean fits(ProgramName other) {
        return stem.equals(other.stem) && (begins(version, other.version) || begins(other.version, version));
    }

    private static boolean begins(String shorter, String longer) {
        return shorter.isEmpty() || longer.equals(shorter) || longer.startsWith(shorter + ".");
    }
}
