package dev.tetra.tsm.spec;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A glob of gitignore(5). All ways in which it may fit are followed at once, place by place of the path: a regular
 * expression would try them one after the other, which for a few stars takes years.
 */
final class PathGlob {
    /** The named classes of POSIX. */
    private static final Map<String, String> NAMED = Map.ofEntries(
            Map.entry("alnum", "\\p{Alnum}"),
            Map.entry("alpha", "\\p{Alpha}"),
            Map.entry("blank", "\\p{Blank}"),
            Map.entry("cntrl", "\\p{Cntrl}"),
            Map.entry("digit", "\\p{Digit}"),
            Map.entry("graph", "\\p{Graph}"),
            Map.entry("lower", "\\p{Lower}"),
            Map.entry("print", "\\p{Print}"),
            Map.entry("punct", "\\p{Punct}"),
            Map.entry("space", "\\s"),
            Map.entry("upper", "\\p{Upper}"),
            Map.entry("xdigit", "\\p{XDigit}"));

    /** From the places of a path up to which what came before fits, to those up to which this fits as well. */
    @FunctionalInterface
    private interface Part {
        BitSet from(BitSet places, int[] path);
    }

    private final List<Part> parts;

    private PathGlob(List<Part> parts) {
        this.parts = parts;
    }

    /** One that cannot be understood fits nothing. */
    static PathGlob of(String text) {
        return new PathGlob(new Reader(text).parts());
    }

    boolean fits(String path) {
        int[] characters = path.codePoints().toArray();
        BitSet places = new BitSet();
        places.set(0);
        for (Part part : parts) {
            places = part.from(places, characters);
            if (places.isEmpty()) {
                return false;
            }
        }
        return places.get(characters.length);
    }

    private static Part one(IntPredicate fits) {
        return (places, path) -> {
            BitSet next = new BitSet();
            places.stream()
                    .filter(at -> at < path.length && fits.test(path[at]))
                    .forEach(at -> next.set(at + 1));
            return next;
        };
    }

    /** Any number of characters but slashes. */
    private static BitSet star(BitSet places, int[] path) {
        BitSet next = (BitSet) places.clone();
        for (int at = next.nextSetBit(0); at >= 0; at = next.nextSetBit(at + 1)) {
            if (at < path.length && path[at] != '/') {
                next.set(at + 1);
            }
        }
        return next;
    }

    /** Any number of folders, each with its slash. */
    private static BitSet folders(BitSet places, int[] path) {
        BitSet next = (BitSet) places.clone();
        // Within a folder that began at a place; its name has at least one character.
        BitSet within = new BitSet();
        for (int at = 0; at < path.length; at++) {
            boolean slash = path[at] == '/';
            if (slash && within.get(at)) {
                next.set(at + 1);
            } else if (!slash && (within.get(at) || next.get(at))) {
                within.set(at + 1);
            }
        }
        return next;
    }

    /** At least one character, to the end. */
    private static BitSet rest(BitSet places, int[] path) {
        BitSet next = new BitSet();
        int first = places.nextSetBit(0);
        if (first < path.length) {
            next.set(path.length);
        }
        return next;
    }

    private static BitSet nothing(BitSet places, int[] path) {
        return new BitSet();
    }

    /** Takes a text apart. */
    private static final class Reader {
        private final String glob;
        private final List<Part> parts = new ArrayList<>();

        Reader(String glob) {
            this.glob = glob;
        }

        List<Part> parts() {
            int at = 0;
            while (at < glob.length()) {
                int c = glob.codePointAt(at);
                boolean begins = at == 0 || glob.charAt(at - 1) == '/';
                if (begins && glob.startsWith("**/", at)) {
                    parts.add(PathGlob::folders);
                    at += 3;
                } else if (begins && glob.startsWith("**", at) && at + 2 == glob.length()) {
                    parts.add(PathGlob::rest);
                    at += 2;
                } else if (c == '*') {
                    parts.add(PathGlob::star);
                    at++;
                } else if (c == '?') {
                    parts.add(one(other -> other != '/'));
                    at++;
                } else if (c == '[') {
                    at = characters(at);
                } else {
                    at += c == '\\' && at + 1 < glob.length() ? 1 : 0;
                    int literal = glob.codePointAt(at);
                    parts.add(one(other -> other == literal));
                    at += Character.charCount(literal);
                }
            }
            return parts;
        }

        /** A class of characters such as {@code [a-z]} or {@code [![:digit:]]}; one that has no end matches nothing. */
        private int characters(int from) {
            int at = from + 1;
            boolean not = at < glob.length() && (glob.charAt(at) == '!' || glob.charAt(at) == '^');
            at += not ? 1 : 0;
            int first = at;
            StringBuilder characters = new StringBuilder(not ? "[^/" : "[");
            // A bracket that comes first stands for itself.
            while (at < glob.length() && (glob.charAt(at) != ']' || at == first)) {
                int named = glob.startsWith("[:", at) ? glob.indexOf(":]", at + 2) : -1;
                String known = named < 0 ? null : NAMED.get(glob.substring(at + 2, named));
                if (known != null) {
                    characters.append(known);
                    at = named + 2;
                    continue;
                }
                boolean quoted = glob.charAt(at) == '\\' && at + 1 < glob.length();
                at += quoted ? 1 : 0;
                char c = glob.charAt(at);
                boolean plain = (c == '-' && !quoted) || Character.isLetterOrDigit(c) || Character.isSurrogate(c);
                characters.append(plain ? String.valueOf(c) : "\\" + c);
                at++;
            }
            if (at >= glob.length()) {
                parts.add(PathGlob::nothing);
                return glob.length();
            }
            parts.add(ofClass(characters.append(']').toString()));
            return at + 1;
        }

        private static Part ofClass(String regex) {
            try {
                Pattern pattern = Pattern.compile(regex, Pattern.DOTALL);
                return one(c -> pattern.matcher(Character.toString(c)).matches());
            } catch (PatternSyntaxException e) {
                return PathGlob::nothing;
            }
        }
    }
}
