package dev.tetra.tsm.supervise;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what changes in folders. All that are watched share one service of the system's, of which a user may have few
 * (inotify(7): 128); it is there only while something is watched.
 */
final class FolderEvents {
    /** What became of a name in a folder. */
    enum Change {
        CREATED,
        DELETED,
        MODIFIED,
        /** More than can be told; the path is that of the folder. */
        MANY,
        /** The folder itself cannot be watched any more. */
        GONE
    }

    /** Takes what changed; on the thread of the events, so it must not wait. */
    @FunctionalInterface
    interface Listener {
        void changed(Path path, Change change);
    }

    private record Subscription(Listener listener, Path folder) {}

    private final Map<WatchKey, List<Subscription>> subscriptions = new HashMap<>();
    private @Nullable WatchService service;

    /**
     * Tells a listener what changes in a folder, not below it.
     *
     * @throws IOException when it cannot be watched; its message says so when a limit of the system is reached
     */
    synchronized void watch(Path folder, Listener listener) throws IOException {
        WatchService present = service;
        if (present == null) {
            WatchService made = FileSystems.getDefault().newWatchService();
            service = made;
            present = made;
            Thread.ofVirtual().name("folders").start(() -> loop(made));
        }
        try {
            // The same folder has the same key, by whichever path.
            WatchKey key = folder.register(
                    present,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_DELETE,
                    StandardWatchEventKinds.ENTRY_MODIFY);
            Subscription wanted = new Subscription(listener, folder);
            List<Subscription> all = subscriptions.computeIfAbsent(key, k -> new ArrayList<>());
            if (!all.contains(wanted)) {
                all.add(wanted);
            }
        } finally {
            closeIfIdle();
        }
    }

    /** Tells a listener nothing any more of a folder and what is below it. */
    synchronized void forget(Path folder, Listener listener) {
        subscriptions.forEach((key, all) -> {
            all.removeIf(s -> s.listener().equals(listener) && s.folder().startsWith(folder));
            if (all.isEmpty()) {
                key.cancel();
            }
        });
        subscriptions.values().removeIf(List::isEmpty);
        closeIfIdle();
    }

    /** How many folders are watched. */
    synchronized int count() {
        return subscriptions.size();
    }

    private void closeIfIdle() {
        WatchService present = service;
        if (!subscriptions.isEmpty() || present == null) {
            return;
        }
        service = null;
        try {
            present.close();
        } catch (IOException e) {
            throw new IllegalStateException("the watch of folders cannot be closed", e);
        }
    }

    private void loop(WatchService events) {
        try {
            while (true) {
                WatchKey key = events.take();
                List<WatchEvent<?>> happened = key.pollEvents();
                boolean valid = key.reset();
                for (Subscription each : of(key, valid)) {
                    happened.forEach(event -> tell(each, event));
                    if (!valid) {
                        each.listener().changed(each.folder(), Change.GONE);
                    }
                }
            }
        } catch (ClosedWatchServiceException e) {
            // Nothing is watched any more.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized List<Subscription> of(WatchKey key, boolean valid) {
        List<Subscription> present = List.copyOf(subscriptions.getOrDefault(key, List.of()));
        if (!valid) {
            subscriptions.remove(key);
        }
        return present;
    }

    private static void tell(Subscription to, WatchEvent<?> event) {
        if (!(event.context() instanceof Path name)) {
            to.listener().changed(to.folder(), Change.MANY);
            return;
        }
        Change change = event.kind().equals(StandardWatchEventKinds.ENTRY_CREATE)
                ? Change.CREATED
                : event.kind().equals(StandardWatchEventKinds.ENTRY_DELETE) ? Change.DELETED : Change.MODIFIED;
        to.listener().changed(to.folder().resolve(name), change);
    }
}
