package dev.tetra.tsm.daemon;

import dev.tetra.tsm.os.FolderChanges;
import dev.tetra.tsm.os.Hosts;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes into the jar of the clone that the daemon runs from: whether it has changed since a launcher last looked at
 * it, so that a launcher need not look each time. Nothing is watched before the first one asks.
 *
 * <p>Only the launcher decides whether there is something to build; here it is only told that it has to look. So in
 * doubt there is a change: on a file system that may be changed from elsewhere, where nothing can be watched, and for
 * the launcher of another clone.
 */
final class Sources implements AutoCloseable {
    /** What launchers are told where changes are not counted: {@link #checked} means nothing then. */
    static final long UNCOUNTED = 0;

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    /** Of others it isn't known whether everything that changes them passes this kernel. */
    private static final Set<String> LOCAL =
            Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "zfs", "overlay", "f2fs", "bcachefs");

    private static final List<String> FILES = List.of("pom.xml", "patterns.txt");
    private static final Set<String> IN_ROOT = Set.of("pom.xml", "patterns.txt", "src", "db");

    private final String launcher;
    private final Path root;
    private @Nullable FolderChanges changes;
    private boolean over;
    private boolean whole;
    /** Counts changes, from a number that another daemon of the home does not come to. */
    private long seen = System.currentTimeMillis();

    private long checked;

    /** @param jar where the daemon runs from: {@code target/tsm.jar} of the clone, if it is in one */
    Sources(Path jar) {
        Path target = jar.toAbsolutePath().getParent();
        Path clone = target == null ? null : target.getParent();
        root = clone == null ? Path.of("/") : clone;
        launcher = root + "/bin/tsm";
    }

    /** Of the program that runs. */
    static Sources ofThisDaemon() {
        return new Sources(Path.of(System.getProperty("java.class.path", "")));
    }

    /**
     * Asked for a launcher that has not looked at the sources: whether it has to.
     *
     * @return the number to give {@link #checked} once it has; empty when nothing has changed
     */
    synchronized OptionalLong unchecked(String by) {
        if (over || !by.equals(launcher)) {
            return OptionalLong.of(UNCOUNTED);
        }
        if (changes == null || changes.any()) {
            seen++;
            watch();
        }
        if (over || !whole) {
            return OptionalLong.of(UNCOUNTED);
        }
        return seen == checked ? OptionalLong.empty() : OptionalLong.of(seen);
    }

    /**
     * A launcher has looked at the sources after it was given this number. What has changed since then is still to be
     * noticed, and counts when the next one asks.
     */
    synchronized void checked(long number) {
        if (number == seen) {
            checked = number;
        }
    }

    /** Folders come and go, so after a change all are watched anew; those that are already cost little. */
    private void watch() {
        try {
            whole = true;
            if (changes == null) {
                changes = Hosts.folderChanges();
            }
            watchAll(changes);
        } catch (IOException | DirectoryIteratorException e) {
            LOG.info("launchers look at the sources in {} themselves: {}", root, e.toString());
            close();
        }
    }

    private void watchAll(FolderChanges changes) throws IOException {
        requireLocal(root);
        changes.watch(root, IN_ROOT);
        for (String file : FILES) {
            look(root.resolve(file));
        }
        watchOnly(changes, root.resolve("src"), "main");
        watchOnly(changes, root.resolve("db"), "migration");
    }

    /** Of this folder only one counts, with all in it. */
    private void watchOnly(FolderChanges changes, Path folder, String name) throws IOException {
        try {
            changes.watch(folder, Set.of(name));
        } catch (NoSuchFileException e) {
            return; // once it is made its own folder tells
        }
        Path tree = folder.resolve(name);
        if (Files.isDirectory(tree)) {
            requireLocal(tree);
        }
        look(folder);
        look(tree);
        watchTree(changes, tree);
    }

    /** First watched, then read: what is made in between is found, or told of. */
    private void watchTree(FolderChanges changes, Path folder) throws IOException {
        try {
            changes.watch(folder, Set.of());
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    if (look(entry)) {
                        watchTree(changes, entry);
                    }
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} has gone, of which its own folder tells", folder);
        }
    }

    /** Whether it is a folder. Notes when it may change without a word of the folders here, as it is elsewhere as well. */
    private boolean look(Path path) throws IOException {
        Map<String, Object> found;
        try {
            found = Files.readAttributes(path, "unix:isDirectory,isSymbolicLink,nlink", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return false;
        }
        if (Boolean.TRUE.equals(found.get("isDirectory"))) {
            return true;
        }
        boolean link = Boolean.TRUE.equals(found.get("isSymbolicLink"));
        // Editors mark a file that they have open by a link to nowhere.
        if (link ? Files.exists(path) : found.get("nlink") instanceof Integer names && names > 1) {
            whole = false;
        }
        return false;
    }

    private static void requireLocal(Path path) throws IOException {
        String type = Files.getFileStore(path).type();
        if (!LOCAL.contains(type)) {
            throw new IOException(path + " is on " + type + ", which may change without a word");
        }
    }

    /** From here on launchers look themselves. */
    @Override
    public synchronized void close() {
        over = true;
        if (changes != null) {
            changes.close();
            changes = null;
        }
    }
}
