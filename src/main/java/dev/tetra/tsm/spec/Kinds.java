package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.RawText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Tells programs and scripts apart: what a program's name, a file's ending and a {@code #!} line stand for. */
final class Kinds {
    /** Longer lines than this are cut by Linux too (BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h). */
    static final int SHEBANG_LIMIT = 256;

    private static final Map<String, Kind> PROGRAMS = Map.ofEntries(
            Map.entry("python", Kind.PYTHON),
            Map.entry("pypy", Kind.PYTHON),
            Map.entry("pythonw", Kind.PYTHON),
            Map.entry("flask", Kind.PYTHON),
            Map.entry("django-admin", Kind.PYTHON),
            Map.entry("uvicorn", Kind.PYTHON),
            Map.entry("gunicorn", Kind.PYTHON),
            Map.entry("hypercorn", Kind.PYTHON),
            Map.entry("streamlit", Kind.PYTHON),
            Map.entry("jupyter", Kind.PYTHON),
            Map.entry("jupyter-lab", Kind.PYTHON),
            Map.entry("jupyter-notebook", Kind.PYTHON),
            Map.entry("celery", Kind.PYTHON),
            Map.entry("node", Kind.NODE),
            Map.entry("nodejs", Kind.NODE),
            Map.entry("npm", Kind.NODE),
            Map.entry("npx", Kind.NODE),
            Map.entry("yarn", Kind.NODE),
            Map.entry("pnpm", Kind.NODE),
            Map.entry("tsx", Kind.NODE),
            Map.entry("ts-node", Kind.NODE),
            Map.entry("vite", Kind.NODE),
            Map.entry("next", Kind.NODE),
            Map.entry("bash", Kind.BASH),
            Map.entry("sh", Kind.SHELL),
            Map.entry("dash", Kind.SHELL),
            Map.entry("ash", Kind.SHELL),
            Map.entry("ksh", Kind.SHELL),
            Map.entry("zsh", Kind.SHELL),
            Map.entry("fish", Kind.SHELL),
            Map.entry("java", Kind.JAVA),
            Map.entry("mvn", Kind.JAVA),
            Map.entry("mvnw", Kind.JAVA),
            Map.entry("gradle", Kind.JAVA),
            Map.entry("gradlew", Kind.JAVA),
            Map.entry("go", Kind.GO),
            Map.entry("ruby", Kind.RUBY),
            Map.entry("rails", Kind.RUBY),
            Map.entry("bundle", Kind.RUBY),
            Map.entry("puma", Kind.RUBY),
            Map.entry("rackup", Kind.RUBY),
            Map.entry("php", Kind.PHP),
            Map.entry("deno", Kind.DENO),
            Map.entry("bun", Kind.BUN),
            Map.entry("bunx", Kind.BUN),
            Map.entry("cargo", Kind.RUST),
            Map.entry("perl", Kind.PERL));

    /** For each ending the commands that can run it; the first that exists is taken. */
    private static final Map<String, List<List<String>>> RUNNERS = Map.ofEntries(
            Map.entry("py", List.of(List.of("python3"), List.of("python"))),
            Map.entry("pyz", List.of(List.of("python3"), List.of("python"))),
            Map.entry("js", List.of(List.of("node"), List.of("nodejs"), List.of("bun"))),
            Map.entry("mjs", List.of(List.of("node"), List.of("nodejs"), List.of("bun"))),
            Map.entry("cjs", List.of(List.of("node"), List.of("nodejs"), List.of("bun"))),
            Map.entry("ts", typescript()),
            Map.entry("mts", typescript()),
            Map.entry("cts", typescript()),
            Map.entry("sh", List.of(List.of("bash"), List.of("sh"))),
            Map.entry("bash", List.of(List.of("bash"))),
            Map.entry("zsh", List.of(List.of("zsh"))),
            Map.entry("fish", List.of(List.of("fish"))),
            Map.entry("rb", List.of(List.of("ruby"))),
            Map.entry("php", List.of(List.of("php"))),
            Map.entry("pl", List.of(List.of("perl"))),
            Map.entry("jar", List.of(List.of("java", "-jar"))),
            Map.entry("java", List.of(List.of("java"))),
            Map.entry("go", List.of(List.of("go", "run"))));

    private Kinds() {}

    /**
     * TypeScript: the project's own tsx, an installed one, bun, ts-node; then node, which runs it by itself from 22.18
     * on; deno last, since it alone needs permissions to be granted.
     */
    private static List<List<String>> typescript() {
        return List.of(
                List.of("node_modules/.bin/tsx"),
                List.of("tsx"),
                List.of("bun"),
                List.of("ts-node"),
                List.of("node"),
                List.of("deno", "run", "-A"));
    }

    /** The kind of a program by its name; folder and version do not count. */
    static Optional<Kind> ofProgram(String name) {
        return Optional.ofNullable(PROGRAMS.get(ProgramName.of(name).stem()));
    }

    /** The commands that can run a file of this name, best first; empty when the ending says nothing. */
    static List<List<String>> runners(String file) {
        return RUNNERS.getOrDefault(ending(file), List.of());
    }

    static boolean isScriptName(String file) {
        return !runners(file).isEmpty();
    }

    /** The ending of a file's name in lower case, without the dot. */
    static String ending(String file) {
        String name = ProgramName.base(file);
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /**
     * The interpreter and its options from a {@code #!} line, with {@code env}, its options and its assignments taken
     * away. Linux passes all that follows the interpreter as one word (execve(2)); here it is split, as {@code env -S}
     * does. Empty when the file has no such line.
     */
    static List<String> shebang(byte[] head) {
        List<String> words = new ArrayList<>(List.of(hashBang(head).strip().split("[ \t]+", -1)));
        if (ProgramName.base(words.getFirst()).equals("env")) {
            words.removeFirst();
            while (!words.isEmpty()
                    && (words.getFirst().startsWith("-") || CommandWords.isAssignment(words.getFirst()))) {
                words.removeFirst();
            }
        }
        return words.isEmpty() || words.getFirst().isEmpty() ? List.of() : List.copyOf(words);
    }

    /** The path that the kernel executes for a {@code #!} line, such as that of {@code env}; empty when there is none. */
    static String interpreter(byte[] head) {
        return hashBang(head).strip().split("[ \t]", 2)[0];
    }

    /** True for a {@code #!} line with the end that Windows gives lines: the CR is part of what it names. */
    static boolean endsInCarriageReturn(byte[] head) {
        return hashBang(head).endsWith("\r");
    }

    /** What follows {@code #!} on the first line; empty when it does not begin so. */
    private static String hashBang(byte[] head) {
        if (head.length < 3 || head[0] != '#' || head[1] != '!') {
            return "";
        }
        String text = RawText.decode(head, 2, head.length - 2);
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
