package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of processes (SPEC 2). A name is also the name of a folder and of a socket, so it is ASCII: letters, digits,
 * {@code . _ -}. Accents are taken off letters; every run of other characters becomes one {@code -}; a {@code .} or
 * {@code -} in front and a {@code -} at the end are dropped.
 */
public final class Naming {
    /** The most characters of a name. */
    public static final int MAX_LENGTH = 100;

    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern OTHERS = Pattern.compile("[^A-Za-z0-9._-]+");
    private static final Pattern FRONT = Pattern.compile("^[.-]+");
    private static final Pattern END = Pattern.compile("-+$");
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private static final Set<String> PACKAGE_MANAGERS = Set.of("npm", "yarn", "pnpm", "bun");

    private static final Set<String> VALUE_OPTIONS =
            Set.of("--prefix", "-C", "-w", "--workspace", "-F", "--filter", "--cwd", "--dir");

    private Naming() {}

    /**
     * The automatic name {@code <folder>-<base>[-<port>]}. A folder or base without any usable character is called
     * {@code root} and {@code run}. When it gets too long, folder and base are cut, never the port.
     *
     * @param cwd the absolute working directory
     * @param port the port, or null for a process without
     */
    public static String automatic(String cwd, Classified command, @Nullable Integer port) {
        String folder = or(clean(ProgramName.base(cwd)), "root");
        String base = or(clean(base(command)), "run");
        return withPort(folder + "-" + base, port);
    }

    /**
     * The name for {@code --name}: {@code backend-8000} with a port, unless {@code exact}, and {@code backend} without.
     *
     * @throws TsmException.Usage when nothing usable is in it, or what is left can't be told from an ID or from {@code
     *     all}
     */
    public static String given(String name, @Nullable Integer port, boolean exact) {
        String clean = clean(name);
        if (clean.isEmpty()) {
            throw new TsmException.Usage(
                    "the name '" + name + "' has no letter or digit", "a name has letters, digits, '.', '_' and '-'");
        }
        String full = withPort(clean, exact ? null : port);
        if (NUMBER.matcher(full).matches()) {
            throw new TsmException.Usage(
                    "the name '" + full + "' is a number, which means an ID, a port or a pid",
                    "put a letter into it, such as app-" + full);
        }
        if (full.equals(Targets.ALL)) {
            throw new TsmException.Usage("'all' means every process and can't be a name", "choose another name");
        }
        return full;
    }

    /** The name of an instance: {@code web-0} is the first of {@code web}. */
    public static String instance(String group, int number) {
        return withPort(group, number);
    }

    /**
     * The name of a namespace, as it was given.
     *
     * @throws TsmException.Usage when it has other characters than names have, or is too long
     */
    public static String namespace(String name) {
        if (!NAMESPACE.matcher(name).matches() || name.length() > MAX_LENGTH) {
            throw new TsmException.Usage(
                    "--namespace: '" + name + "' is no name of a namespace",
                    "it has letters, digits, '.', '_' and '-', begins with a letter or digit, and is no longer than "
                            + MAX_LENGTH);
        }
        return name;
    }

    /** True for what {@link #automatic} and {@link #given} may return. */
    public static boolean isValid(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_LENGTH
                && name.equals(clean(name))
                && !NUMBER.matcher(name).matches()
                && !name.equals(Targets.ALL);
    }

    /**
     * The middle part of an automatic name: the script without its ending, the module up to its first dot, the package
     * script, else the program. What {@code npx}, {@code poetry run} and their like run counts, not they themselves.
     */
    static String base(Classified command) {
        List<String> words = Wrappers.innermost(command.words());
        if (words.isEmpty()) {
            return ProgramName.base(command.argv().getFirst());
        }
        List<String> module = Wrappers.module(words);
        if (!module.isEmpty()) {
            String name = module.getFirst();
            return name.indexOf('.') > 0 ? name.substring(0, name.indexOf('.')) : name;
        }
        String packageScript = packageScript(words);
        if (packageScript != null) {
            return packageScript;
        }
        String script = CommandLine.scriptOf(words);
        return script == null ? withoutPath(words) : withoutEnding(ProgramName.base(script));
    }

    private static String withoutPath(List<String> words) {
        String program = ProgramName.base(words.getFirst());
        if (program.equals("go") && words.size() > 2 && words.get(1).equals("run")) {
            String target = ProgramName.base(words.get(2));
            return clean(target).isEmpty() ? program : target;
        }
        return Kinds.isScriptName(program) ? withoutEnding(program) : program;
    }

    private static @Nullable String packageScript(List<String> words) {
        String program = ProgramName.base(words.getFirst());
        List<String> verbs = verbs(words);
        if (verbs.isEmpty()) {
            return null;
        }
        String first = verbs.getFirst();
        boolean runs = Set.of("run", "run-script", "task").contains(first);
        if (program.equals("deno")) {
            return first.equals("task") && verbs.size() > 1 ? verbs.get(1) : null;
        }
        if (!PACKAGE_MANAGERS.contains(program) || (program.equals("bun") && isFile(verbs, runs))) {
            return null;
        }
        return runs && verbs.size() > 1 ? verbs.get(1) : first;
    }

    /** The words after a package manager that are neither options nor the values of those which take one. */
    private static List<String> verbs(List<String> words) {
        List<String> verbs = new ArrayList<>();
        for (int i = 1; i < words.size(); i++) {
            if (!words.get(i).startsWith("-") && !VALUE_OPTIONS.contains(words.get(i - 1))) {
                verbs.add(words.get(i));
            }
        }
        return verbs;
    }

    private static boolean isFile(List<String> verbs, boolean runs) {
        String word = runs && verbs.size() > 1 ? verbs.get(1) : verbs.getFirst();
        return word.contains("/") || Kinds.isScriptName(word);
    }

    private static String withoutEnding(String file) {
        int dot = file.lastIndexOf('.');
        return dot > 0 ? file.substring(0, dot) : file;
    }

    private static String withPort(String name, @Nullable Integer port) {
        String suffix = port == null ? "" : "-" + port;
        int room = MAX_LENGTH - suffix.length();
        String cut = name.length() > room ? END.matcher(name.substring(0, room)).replaceAll("") : name;
        return cut + suffix;
    }

    private static String clean(String text) {
        String plain =
                MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("");
        String safe = OTHERS.matcher(plain).replaceAll("-");
        String front = FRONT.matcher(safe).replaceAll("");
        return END.matcher(front).replaceAll("");
    }

    private static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }
}
