package dev.tetra.tsm.repl;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Names of files, as completion offers them. */
final class Folders {
    private Folders() {}

    /** A name with a leading {@code ~} as the caller's home. */
    static String expand(String name, Caller caller) {
        String home = caller.variable("HOME");
        boolean tilde = name.equals("~") || name.startsWith("~/");
        return tilde && !home.isEmpty() ? home + name.substring(1) : name;
    }

    /** The names that go on from what was written, folders with a slash; hidden ones only when asked for by a dot. */
    static List<String> matching(String written, Caller caller, boolean foldersOnly) {
        int slash = written.lastIndexOf('/');
        String head = written.substring(0, slash + 1);
        String tail = written.substring(slash + 1);
        List<String> found = new ArrayList<>();
        try {
            Path folder = Path.of(caller.cwd()).resolve(expand(head, caller));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    boolean isFolder = Files.isDirectory(file);
                    if (name.startsWith(tail)
                            && (tail.startsWith(".") || !name.startsWith("."))
                            && (isFolder || !foldersOnly)) {
                        found.add(head + name + (isFolder ? "/" : ""));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException | InvalidPathException unreadable) {
            // There is nothing to offer then.
        }
        return found;
    }

    /** The programs on the caller's {@code PATH} whose names begin so. */
    static List<String> programs(String written, Caller caller) {
        TreeSet<String> found = new TreeSet<>();
        if (written.isEmpty() || written.contains("/")) {
            return List.of();
        }
        for (String folder : caller.variable("PATH").split(":", -1)) {
            for (String name : matching((folder.isEmpty() ? "." : folder) + "/" + written, caller, false)) {
                if (!name.endsWith("/")
                        && Files.isExecutable(Path.of(caller.cwd()).resolve(name))) {
                    found.add(name.substring(name.lastIndexOf('/') + 1));
                }
            }
        }
        return List.copyOf(found);
    }
}
