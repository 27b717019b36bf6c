package dev.tetra.tsm.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Changes by inotify(7). */
final class InotifyFolders implements FolderChanges {
    private static final int WANTED = Inotify.IN_MODIFY
            | Inotify.IN_ATTRIB
            | Inotify.IN_CLOSE_WRITE
            | Inotify.IN_MOVED_FROM
            | Inotify.IN_MOVED_TO
            | Inotify.IN_CREATE
            | Inotify.IN_DELETE
            | Inotify.IN_DELETE_SELF
            | Inotify.IN_MOVE_SELF
            | Inotify.IN_ONLYDIR;

    private final Inotify events = new Inotify();
    private final Map<Integer, Set<String>> counting = new HashMap<>();

    /** @throws IOException when the user has as many of them as the system allows, or the daemon as many files open */
    InotifyFolders() throws IOException {}

    @Override
    public void watch(Path folder, Set<String> names) throws IOException {
        int watch = events.add(folder, WANTED);
        if (names.isEmpty()) {
            counting.remove(watch);
        } else {
            counting.put(watch, Set.copyOf(names));
        }
    }

    @Override
    public boolean any() {
        AtomicBoolean any = new AtomicBoolean();
        boolean all = events.take((watch, name) -> {
            Set<String> names = counting.get(watch);
            // Without a name it tells of the folder itself.
            if (names == null
                    || name.byteSize() == 0
                    || names.contains(name.getString(0, StandardCharsets.ISO_8859_1))) {
                any.set(true);
            }
        });
        return any.get() || !all;
    }

    @Override
    public void close() {
        events.close();
    }
}
