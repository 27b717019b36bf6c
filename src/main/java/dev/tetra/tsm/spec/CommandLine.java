package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.Kind;
import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Understands what a user asks to run (SPEC 3): finds the program on the caller's PATH, gives a script its interpreter,
 * and a line with shell syntax its shell.
 */
public final class CommandLine {
    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "ksh", "zsh");
    private static final Pattern SHELL_COMMAND_OPTION = Pattern.compile("-[a-z]*c");
    /** Options of interpreters whose value is a word of its own, so that it is not taken for the script. */
    private static final Set<String> WITH_VALUE =
            Set.of("-X", "-W", "-r", "--require", "--import", "--loader", "--experimental-loader", "-I", "-t", "-d");

    private static final Set<String> NO_SCRIPT = Set.of("-c", "-m", "-e", "-p", "--eval", "--print", "-S", "-");

    private static final Set<String> INTERPRETERS = Set.of(
            "python", "pypy", "node", "nodejs", "tsx", "ts-node", "bash", "sh", "dash", "ash", "ksh", "zsh", "fish",
            "ruby", "php", "perl", "bun", "deno");

    private final SearchPath programs;
    private final List<String> typed;
    private final List<String> notes = new ArrayList<>();

    private final boolean installed;

    private CommandLine(List<String> typed, SearchPath programs, boolean installed) {
        this.typed = typed;
        this.programs = programs;
        this.installed = installed;
    }

    /**
     * Understands the words of a command. One word with white space in it is a shell command line, unless a file has
     * that very name.
     *
     * @throws TsmException.Usage when there is no command, or a quote is not closed
     * @throws TsmException.Failed when the program does not exist or may not be executed
     */
    public static Classified understand(List<String> typed, SearchPath programs) {
        return understand(typed, programs, true);
    }

    /**
     * Understands the words of a command which need not be installed here: a program that is missing is a note, and its
     * name stands in place of its path. Otherwise as {@link #understand(List, SearchPath)}.
     */
    public static Classified describe(List<String> typed, SearchPath programs) {
        return understand(typed, programs, false);
    }

    private static Classified understand(List<String> typed, SearchPath programs, boolean installed) {
        if (typed.isEmpty() || (typed.size() == 1 && typed.getFirst().isBlank())) {
            throw new TsmException.Usage(
                    "there is no command to start", "say what to run: tsm start python3 server.py");
        }
        return new CommandLine(typed, programs, installed).understand();
    }

    private Classified understand() {
        String first = typed.getFirst();
        boolean line = typed.size() == 1
                && first.chars().anyMatch(c -> c == ' ' || c == '\t' || c == '\n')
                && !programs.files().isFile(programs.absolute(first));
        if (line && CommandWords.usesShellSyntax(first)) {
            return shellLine(List.of("sh", "-c", first), first);
        }
        List<String> words = line ? CommandWords.split(first) : typed;
        if (words.isEmpty() || words.getFirst().isEmpty()) {
            throw new TsmException.Usage("the command's name is empty", "say what to run: tsm start python3 server.py");
        }
        if (isShellCommand(words)) {
            return shellLine(words, words.get(2));
        }
        return plain(words);
    }

    /** {@code sh -c LINE}, with the {@code c} perhaps among other letters, as in {@code bash -lc}. */
    private static boolean isShellCommand(List<String> words) {
        return words.size() >= 3
                && SHELLS.contains(ProgramName.base(words.getFirst()))
                && SHELL_COMMAND_OPTION.matcher(words.get(1)).matches();
    }

    private Classified shellLine(List<String> argv, String line) {
        List<String> main = CommandWords.mainCommand(line);
        String executable = executable(argv.getFirst());
        List<String> words = main.isEmpty() ? argv : main;
        return new Classified(typed, argv, words, executable, Kind.SHELL, null, null, true, notes);
    }

    private Classified plain(List<String> words) {
        String name = words.getFirst();
        String path = programs.absolute(name);
        boolean named = name.contains("/");
        boolean ownFile = programs.files().isFile(path)
                && (named || Kinds.isScriptName(name) || programs.program(name).isEmpty());
        if (ownFile) {
            byte[] head = programs.files().head(path, Kinds.SHEBANG_LIMIT);
            if (!Kinds.shebang(head).isEmpty() || Kinds.isScriptName(name)) {
                return script(words, path, head);
            }
        }
        return program(words);
    }

    /** A script without interpreter: executed by itself when it can be, else by its #! line, else by its ending. */
    private Classified script(List<String> words, String path, byte[] head) {
        List<String> shebang = Kinds.shebang(head);
        boolean windows = Kinds.endsInCarriageReturn(head);
        List<String> runner = usable(shebang);
        if (programs.files().isExecutable(path) && isWorking(shebang) && !windows) {
            List<String> seen = isInstalled(words.getFirst()) ? words : join(shebang, words);
            Kind kind = Kinds.ofProgram(shebang.getFirst()).orElse(Kind.BINARY);
            return new Classified(typed, words, seen, path, kind, words.getFirst(), shebang.getFirst(), false, notes);
        }
        if (runner.isEmpty()) {
            runner = runnerByEnding(words.getFirst(), shebang);
        } else if (programs.files().isExecutable(path)) {
            notes.add("the #! line of " + words.getFirst()
                    + (windows ? " ends in CR, as on Windows" : " names no program that exists")
                    + "; running it with " + runner.getFirst());
        }
        if (windows && SHELLS.contains(ProgramName.base(runner.getFirst()))) {
            // A shell takes each CR for a part of the last word of its line.
            refuse(SearchPath.carriageReturns(words.getFirst(), path));
        }
        List<String> argv = join(runner, words);
        String executable = executable(runner.getFirst());
        Kind kind = Kinds.ofProgram(runner.getFirst()).orElse(Kind.BINARY);
        return new Classified(typed, argv, argv, executable, kind, words.getFirst(), runner.getFirst(), false, notes);
    }

    private List<String> runnerByEnding(String script, List<String> shebang) {
        List<List<String>> runners = Kinds.runners(script);
        for (List<String> runner : runners) {
            if (programs.has(runner.getFirst())) {
                return runner;
            }
        }
        String wanted =
                runners.isEmpty() ? shebang.getFirst() : runners.getFirst().getFirst();
        if (runners.size() > 1 && wanted.contains("/")) {
            wanted = runners.get(1).getFirst();
        }
        if (!installed) {
            // executable() says that it is missing
            return List.of(wanted);
        }
        throw new TsmException.Failed(
                "'" + script + "' needs '" + wanted + "', which is not on the PATH",
                "install " + wanted + ", or name the interpreter: tsm start INTERPRETER " + script);
    }

    /** The words of a #! line if its program exists here, be it in another folder or as python3; else none. */
    private List<String> usable(List<String> shebang) {
        if (shebang.isEmpty() || isWorking(shebang)) {
            return shebang;
        }
        String base = ProgramName.base(shebang.getFirst());
        String name = base.equals("python") && !programs.has(base) ? "python3" : base;
        return programs.has(name) ? join(List.of(name), shebang.subList(1, shebang.size())) : List.of();
    }

    private boolean isWorking(List<String> shebang) {
        return !shebang.isEmpty() && programs.has(shebang.getFirst());
    }

    /** Programs that were installed are scripts too, yet the rules know them by their own name: bin/flask. */
    private static boolean isInstalled(String name) {
        String[] parts = name.split("/", -1);
        String folder = parts.length < 2 ? "" : parts[parts.length - 2];
        return Set.of("bin", "sbin", ".bin").contains(folder) && !Kinds.isScriptName(name);
    }

    private Classified program(List<String> words) {
        List<String> argv = words;
        String name = words.getFirst();
        if (name.equals("python") && !programs.has("python") && programs.has("python3")) {
            argv = join(List.of("python3"), words.subList(1, words.size()));
            notes.add("there is no 'python' on the PATH; running 'python3'");
        }
        String executable = executable(argv.getFirst());
        // poetry run python x.py is a Python process: what a wrapper runs decides, not the wrapper
        List<String> inner = Wrappers.innermost(argv);
        String program = inner.isEmpty() ? argv.getFirst() : inner.getFirst();
        Kind kind = Kinds.ofProgram(program).or(() -> Kinds.ofProgram(name)).orElseGet(() -> kindOfFile(executable));
        String script = inner.isEmpty() ? null : scriptOf(inner);
        boolean module = !Wrappers.module(inner).isEmpty();
        String interpreter = script != null || module ? program : null;
        return new Classified(typed, argv, argv, executable, kind, script, interpreter, false, notes);
    }

    private Kind kindOfFile(String executable) {
        List<String> shebang = Kinds.shebang(programs.files().head(executable, Kinds.SHEBANG_LIMIT));
        return shebang.isEmpty()
                ? Kind.BINARY
                : Kinds.ofProgram(shebang.getFirst()).orElse(Kind.BINARY);
    }

    private static boolean isInterpreter(String program) {
        return INTERPRETERS.contains(ProgramName.of(program).stem());
    }

    /** The script that an interpreter, java -jar, go run, deno or bun is given among the words. */
    static @Nullable String scriptOf(List<String> argv) {
        String stem = ProgramName.of(argv.getFirst()).stem();
        if (stem.equals("java")) {
            int jar = argv.indexOf("-jar");
            return jar > 0 && jar + 1 < argv.size() ? argv.get(jar + 1) : null;
        }
        boolean runs = stem.equals("go") || stem.equals("deno") || stem.equals("bun");
        boolean verb = runs && argv.size() > 1 && Set.of("run", "serve").contains(argv.get(1));
        if (runs) {
            Optional<String> file = argv.stream()
                    .skip(verb ? 2 : 1)
                    .filter(w -> !w.startsWith("-") && Kinds.isScriptName(w))
                    .findFirst();
            return file.orElse(null);
        }
        return isInterpreter(argv.getFirst()) ? firstPositional(argv) : null;
    }

    private static @Nullable String firstPositional(List<String> argv) {
        for (int i = 1; i < argv.size(); i++) {
            String word = argv.get(i);
            if (NO_SCRIPT.contains(word)) {
                return null;
            } else if (word.equals("--")) {
                return i + 1 < argv.size() ? argv.get(i + 1) : null;
            } else if (WITH_VALUE.contains(word)) {
                i++;
            } else if (!word.startsWith("-")) {
                return word;
            }
        }
        return null;
    }

    /** The absolute path of a program. */
    private String executable(String name) {
        try {
            return programs.executable(name);
        } catch (TsmException.Failed e) {
            refuse(e);
            return name;
        }
    }

    private void refuse(TsmException.Failed wrong) {
        if (installed) {
            throw wrong;
        }
        notes.add(wrong.getMessage() + "; this is what its words alone say");
    }

    private static List<String> join(List<String> head, List<String> tail) {
        List<String> all = new ArrayList<>(head);
        all.addAll(tail);
        return all;
    }
}
