package dev.tetra.tsm.supervise;

import dev.tetra.tsm.spec.IgnoreRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One path that is watched: a file, or a folder with all below it but what is ignored. Ignored folders are not even looked
 * into, so they cost none of the system's watches. Used by one thread.
 */
final class WatchedTree {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedTree.class);

    /** Of version control, dependencies, caches and editors: nobody edits a program there. */
    private static final Set<String> FOLDERS = Set.of(
            ".git",
            ".hg",
            ".svn",
            ".jj",
            "node_modules",
            "bower_components",
            "target",
            "__pycache__",
            ".venv",
            "venv",
            ".tox",
            ".nox",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".gradle",
            ".idea",
            ".vscode",
            ".cache",
            ".next",
            ".nuxt",
            ".parcel-cache",
            ".turbo",
            ".terraform");

    /** What editors write beside the file they save: vim, Emacs, JetBrains, GNOME, sed -i, macOS. */
    private static final Pattern TEMPORARY = Pattern.compile(
            ".*~|\\..*\\.sw[a-z]|4913|\\.#.*|#.*#|.*___jb_(tmp|old)___|\\.goutputstream-.*|sed[A-Za-z0-9]{6}"
                    + "|\\.DS_Store|.*\\.py[co]");

    private static final String GITIGNORE = ".gitignore";

    /** The rules of a folder, and those of the folders above it. */
    private record Level(
            Path folder, IgnoreRules rules, @Nullable Level above) {}

    private final FolderEvents events;
    private final FolderEvents.Listener listener;
    private final Path root;
    private final Path home;
    private final IgnoreRules ignored;
    private final Map<Path, Level> folders = new HashMap<>();
    private boolean missing;

    /**
     * A tree that is not watched yet.
     *
     * @param told what changes goes there
     * @param root absolute
     * @param home of tsm, never watched
     * @param ignored globs of the user, as lines of a .gitignore in the root
     */
    WatchedTree(FolderEvents events, FolderEvents.Listener told, Path root, Path home, List<String> ignored) {
        this.events = events;
        // Its own, so that it forgets nothing of another tree's.
        this.listener = new FolderEvents.Listener() {
            @Override
            public void changed(Path path, FolderEvents.Change change) {
                told.changed(path, change);
            }
        };
        this.root = root;
        this.home = home;
        this.ignored = IgnoreRules.of(ignored);
    }

    /** Whether the path is not there at present. */
    boolean missing() {
        return missing;
    }

    /**
     * Watches it as it is now, in place of what was watched.
     *
     * @throws IOException when a limit of the system is reached
     */
    void open() throws IOException {
        close();
        refresh();
    }

    /** Watches what is to be watched by now; what is watched already goes on, so that nothing is overlooked. */
    private void refresh() throws IOException {
        Set<Path> before = Set.copyOf(folders.keySet());
        folders.clear();
        Path parent = root.getParent();
        if (parent != null && Files.isDirectory(parent)) {
            // So that is seen when the root is made anew, or a link that it is points elsewhere.
            events.watch(parent, listener);
        }
        missing = !Files.exists(root);
        if (!missing && Files.isDirectory(root)) {
            walk(root, above(), null);
        }
        before.stream().filter(folder -> !folders.containsKey(folder)).forEach(f -> events.forget(f, listener));
    }

    void close() {
        folders.clear();
        Path parent = root.getParent();
        events.forget(parent == null ? root : parent, listener);
    }

    /**
     * What a change means: the path that is to be named, when it counts.
     *
     * @throws IOException when a limit of the system is reached
     */
    Optional<Path> changed(Path path, FolderEvents.Change change) throws IOException {
        boolean inside = path.getParent() != null && folders.containsKey(path.getParent());
        return switch (change) {
            case GONE -> gone(path);
            case MANY -> {
                if (folders.containsKey(path)) {
                    refresh();
                    yield Optional.of(path);
                }
                yield Optional.empty();
            }
            case CREATED, DELETED, MODIFIED -> {
                if (path.equals(root)) {
                    yield rootChanged(change);
                }
                yield inside ? within(path, change) : Optional.empty();
            }
        };
    }

    /** The root is there again, when it was missing. */
    Optional<Path> appeared() throws IOException {
        if (!missing || !Files.exists(root)) {
            return Optional.empty();
        }
        open();
        return Optional.of(root);
    }

    private Optional<Path> gone(Path folder) {
        // What was below it tells that by itself.
        folders.remove(folder);
        if (folder.equals(root)) {
            missing = true;
        }
        return Optional.empty();
    }

    private Optional<Path> rootChanged(FolderEvents.Change change) throws IOException {
        boolean known = folders.containsKey(root);
        if (change == FolderEvents.Change.DELETED) {
            missing = !Files.exists(root);
            return missing ? Optional.empty() : Optional.of(root);
        }
        if (change == FolderEvents.Change.MODIFIED && known) {
            // The rights of the folder.
            return Optional.empty();
        }
        open();
        return Optional.of(root);
    }

    private Optional<Path> within(Path path, FolderEvents.Change change) throws IOException {
        if (path.endsWith(GITIGNORE)) {
            refresh();
            return Optional.empty();
        }
        Level level = folders.get(path.getParent());
        if (change == FolderEvents.Change.DELETED) {
            boolean watched = folders.containsKey(path);
            if (watched) {
                drop(path);
            }
            // What was not watched may have been a file or an ignored folder: nobody can tell any more.
            return level == null || ignored(path, true, level) || (!watched && ignored(path, false, level))
                    ? Optional.empty()
                    : Optional.of(path);
        }
        boolean folder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        if (level == null || ignored(path, folder, level)) {
            return Optional.empty();
        }
        if (!folder) {
            return Optional.of(path);
        }
        if (change == FolderEvents.Change.MODIFIED) {
            return Optional.empty();
        }
        // Files may have come into it before it was watched.
        Path[] first = new Path[1];
        walk(path, level, first);
        return Optional.ofNullable(first[0]);
    }

    private void drop(Path folder) {
        folders.keySet().removeIf(known -> known.startsWith(folder));
        events.forget(folder, listener);
    }

    /** @param first takes a file that is found and not ignored; null when nobody asks for one */
    private void walk(Path from, @Nullable Level above, Path @Nullable [] first) throws IOException {
        record Place(Path folder, @Nullable Level above) {}
        ArrayDeque<Place> todo = new ArrayDeque<>(List.of(new Place(from, above)));
        while (!todo.isEmpty()) {
            Place place = todo.pop();
            try {
                events.watch(place.folder(), listener);
            } catch (NoSuchFileException | AccessDeniedException | NotDirectoryException e) {
                // Gone meanwhile, or not for us: what is not seen cannot be watched.
                continue;
            }
            Level level = level(place.folder(), place.above());
            folders.put(place.folder(), level);
            for (Path entry : entries(place.folder())) {
                boolean folder = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
                if (ignored(entry, folder, level)) {
                    continue;
                }
                if (folder) {
                    todo.push(new Place(entry, level));
                } else if (first != null && first[0] == null) {
                    first[0] = entry;
                }
            }
        }
    }

    /** What is in a folder, as far as that can be read: some, as of /proc or of a network, tell only a part or nothing. */
    private static List<Path> entries(Path folder) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(entries::add);
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("{} cannot be read: {}", folder, e.getMessage());
        }
        return entries;
    }

    private static Level level(Path folder, @Nullable Level above) {
        return new Level(folder, rules(folder.resolve(GITIGNORE)), above);
    }

    private static IgnoreRules rules(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? IgnoreRules.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                            .lines()
                            .toList())
                    : IgnoreRules.NONE;
        } catch (IOException e) {
            return IgnoreRules.NONE;
        }
    }

    /** The rules of the repository that the root is in, from its top down to the folder above the root. */
    private @Nullable Level above() {
        ArrayDeque<Path> path = new ArrayDeque<>();
        for (Path folder = root; folder != null; folder = folder.getParent()) {
            if (!folder.equals(root)) {
                path.push(folder);
            }
            if (Files.exists(folder.resolve(".git"))) {
                Level level = new Level(folder, rules(folder.resolve(".git/info/exclude")), null);
                for (Path each : path) {
                    level = level(each, level);
                }
                return level;
            }
        }
        return null;
    }

    private boolean ignored(Path path, boolean folder, Level level) {
        String name = String.valueOf(path.getFileName());
        if ((folder ? FOLDERS.contains(name) : TEMPORARY.matcher(name).matches()) || path.startsWith(home)) {
            return true;
        }
        Optional<Boolean> said = ignored.ignores(relative(root, path), folder);
        for (Level each = level; each != null && said.isEmpty(); each = each.above()) {
            said = each.rules().ignores(relative(each.folder(), path), folder);
        }
        return said.orElse(false);
    }

    private static String relative(Path from, Path path) {
        return from.relativize(path).toString();
    }
}
