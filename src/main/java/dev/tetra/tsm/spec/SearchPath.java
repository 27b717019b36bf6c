package dev.tetra.tsm.spec;

import dev.tetra.tsm.model.TsmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the caller's programs are: his working directory and his {@code PATH}, never the daemon's.
 *
 * @param cwd the absolute working directory
 * @param path the value of {@code PATH}; an empty entry is the working directory, as POSIX has it (XBD 8.3)
 */
public record SearchPath(String cwd, String path, FileView files) {

    /** The absolute path of a file named relative to the working directory; the file need not exist. */
    public String absolute(String name) {
        if (name.startsWith("/")) {
            return name;
        }
        String rest = name;
        while (rest.startsWith("./")) {
            rest = rest.substring(2);
        }
        return cwd.endsWith("/") ? cwd + rest : cwd + "/" + rest;
    }

    /** The program a name without {@code /} means: the first executable file of that name in the folders of PATH. */
    public Optional<String> program(String name) {
        return onPath(name).stream().filter(files::isExecutable).findFirst();
    }

    /**
     * The absolute path of a program: by its path when the name has a {@code /}, else from PATH.
     *
     * @throws TsmException.Failed when it does not exist or cannot be executed
     */
    String executable(String name) {
        if (!name.contains("/")) {
            return executed(name, program(name).orElseThrow(() -> unknown(name)));
        }
        String path = absolute(name);
        if (files.isExecutable(path)) {
            return executed(name, path);
        }
        if (files.isFolder(path)) {
            throw folder(name);
        }
        throw files.isFile(path)
                ? notExecutable(name, path)
                : new TsmException.Failed(
                        "there is no program '" + name + "' in " + cwd, "check the path; it was looked for at " + path);
    }

    /** A script is executed by what its #! line names, as it stands there (execve(2)). */
    private String executed(String name, String path) {
        byte[] head = files.head(path, Kinds.SHEBANG_LIMIT);
        if (Kinds.endsInCarriageReturn(head)) {
            throw carriageReturns(name, path);
        }
        String interpreter = Kinds.interpreter(head);
        if (interpreter.startsWith("/") && !files.isExecutable(interpreter)) {
            throw new TsmException.Failed(
                    "'" + name + "' (" + path + ") needs '" + interpreter
                            + "', by its #! line, and there is no such program",
                    "install that, or name the interpreter: tsm start INTERPRETER " + CommandWords.quote(path));
        }
        return path;
    }

    static TsmException.Failed carriageReturns(String name, String path) {
        return new TsmException.Failed(
                "'" + name
                        + "' cannot be executed: its #! line ends in CR LF, as on Windows, and the CR (\\r) belongs to"
                        + " the name of the interpreter then",
                "take the CRs out: sed -i 's/\\r$//' " + CommandWords.quote(path));
    }

    private static TsmException.Failed notExecutable(String name, String path) {
        return new TsmException.Failed(
                "'" + name + "' is not executable", "make it so: chmod +x " + CommandWords.quote(path));
    }

    private static TsmException.Failed folder(String name) {
        return new TsmException.Failed(
                "'" + name + "' is a folder, and no program",
                "name the program to run; a path to watch is attached to its option: --watch="
                        + CommandWords.quote(name));
    }

    private TsmException.Failed unknown(String name) {
        Optional<String> unusable = onPath(name).stream().filter(files::isFile).findFirst();
        if (unusable.isPresent()) {
            return notExecutable(name, unusable.get());
        }
        String message = "no program '" + name + "' on the PATH";
        if (files.isFile(absolute(name))) {
            return new TsmException.Failed(message, "for the file in this folder write ./" + name);
        }
        if (files.isFolder(absolute(name))) {
            return folder(name);
        }
        if (CommandWords.isAssignment(name)) {
            return new TsmException.Failed(message, "to set a variable write it before the command: -e " + name);
        }
        List<String> near = Nearest.among(name, programs(), 3);
        return new TsmException.Failed(
                message,
                near.isEmpty()
                        ? "check the spelling, or install it"
                        : "did you mean " + String.join(", ", near) + "? Else check the spelling, or install it");
    }

    /** True when the program can be executed: by its path when the name has a {@code /}, else from PATH. */
    boolean has(String name) {
        return name.contains("/")
                ? files.isExecutable(absolute(name))
                : program(name).isPresent();
    }

    /** The names of all programs in the folders of PATH. */
    private Set<String> programs() {
        Set<String> names = new LinkedHashSet<>();
        for (String folder : folders()) {
            names.addAll(files.names(folder));
        }
        return names;
    }

    private List<String> onPath(String name) {
        List<String> found = new ArrayList<>();
        for (String folder : folders()) {
            found.add(folder.endsWith("/") ? folder + name : folder + "/" + name);
        }
        return found;
    }

    private List<String> folders() {
        List<String> folders = new ArrayList<>();
        if (path.isEmpty()) {
            return folders;
        }
        for (String entry : path.split(":", -1)) {
            folders.add(entry.isEmpty() ? cwd : absolute(entry));
        }
        return folders;
    }
}
