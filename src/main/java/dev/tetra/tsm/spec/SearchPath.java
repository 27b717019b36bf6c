package dev.tetra.tsm.spec;

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

    /** True when the program can be executed: by its path when the name has a {@code /}, else from PATH. */
    boolean has(String name) {
        return name.contains("/")
                ? files.isExecutable(absolute(name))
                : program(name).isPresent();
    }

    /** The first file of that name in the folders of PATH which may not be executed. */
    Optional<String> unusable(String name) {
        return onPath(name).stream().filter(files::isFile).findFirst();
    }

    /** The names of all programs in the folders of PATH. */
    Set<String> programs() {
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
