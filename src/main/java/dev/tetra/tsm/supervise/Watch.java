package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;
import dev.tetra.tsm.model.TriggerPolicy;
import dev.tetra.tsm.model.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a process run again when its files change, once they have been quiet for a while. Notices when the process itself
 * is what changes them.
 */
final class Watch implements Attendant {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final long QUIET = Duration.ofMillis(300).toNanos();
    /** Changes that do not end count after this. */
    private static final long RESTLESS = Duration.ofSeconds(5).toNanos();
    /** So many restarts within the time are a loop. */
    private static final int LOOP = 5;

    private static final long LOOP_TIME = Duration.ofSeconds(10).toNanos();
    private static final long MISSING_LOOK = Duration.ofSeconds(1).toNanos();
    /** More changes than this are counted as this many. */
    private static final int COUNTED = 10_000;

    /** A process as it was after one decision of its supervisor. */
    private static final class Followed {
        final ManagedProcess process;

        Followed(ManagedProcess process) {
            this.process = process;
        }
    }

    private sealed interface Message {
        record Changed(Path path, FolderEvents.Change change) implements Message {}

        /** Another state is to be followed, or it is over. */
        record Look() implements Message {}
    }

    private final FolderEvents events;
    private final Path home;
    private final Teller teller;
    private final LinkedBlockingQueue<Message> queue = new LinkedBlockingQueue<>();
    private volatile @Nullable Followed followed;
    private volatile boolean over;

    // All below is the thread's own.
    private final FolderEvents.Listener listener = (path, change) -> queue.add(new Message.Changed(path, change));
    private List<WatchedTree> trees = List.of();
    private @Nullable TriggerPolicy watched;
    private final Set<Path> changed = new LinkedHashSet<>();
    private long firstChange;
    private long lastChange;
    private final Deque<Long> restarts = new ArrayDeque<>();

    Watch(FolderEvents events, Path home, Teller teller) {
        this.events = events;
        this.home = home;
        this.teller = teller;
        Thread.ofVirtual().name("watch").start(this::loop);
    }

    @Override
    public void follow(ManagedProcess process) {
        followed = new Followed(process);
        queue.add(new Message.Look());
    }

    @Override
    public void close() {
        over = true;
        queue.add(new Message.Look());
    }

    private void loop() {
        try {
            while (!over) {
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leave();
        }
    }

    private void step() throws InterruptedException {
        Followed present = followed;
        if (present == null || !wanted(present.process)) {
            leave();
            restarts.clear();
            queue.take();
            return;
        }
        try {
            enter(present.process);
            Message message = queue.poll(pause(), TimeUnit.NANOSECONDS);
            if (message instanceof Message.Changed(Path path, FolderEvents.Change change)) {
                for (WatchedTree tree : trees) {
                    tree.changed(path, change).ifPresent(this::noted);
                }
            }
            for (WatchedTree tree : trees) {
                tree.appeared().ifPresent(this::noted);
            }
        } catch (IOException e) {
            leave();
            unwatched(present, refused(e));
            return;
        } catch (RuntimeException e) {
            LOG.error("{} cannot be watched", present.process.label(), e);
            leave();
            unwatched(present, "its files cannot be looked at: " + e.getMessage());
            return;
        }
        long now = System.nanoTime();
        if (!changed.isEmpty() && (now - lastChange >= QUIET || now - firstChange >= RESTLESS)) {
            count(present, now);
        }
    }

    /** What Java says of ENOSPC and EMFILE of inotify(7) tells which of the two limits is reached. */
    private static String refused(IOException e) {
        String said = String.valueOf(e.getMessage());
        return "the system lets no more folders be watched (" + said + "): "
                + (said.contains("inotify instances")
                        ? "raise fs.inotify.max_user_instances, or the daemon's limit of open files"
                        : "raise fs.inotify.max_user_watches or --ignore folders");
    }

    private static boolean wanted(ManagedProcess process) {
        return process.life().wanted() == Wanted.RUN
                && process.status() != Status.LOST
                && process.life().triggers().unwatched() == null;
    }

    private void enter(ManagedProcess process) throws IOException {
        TriggerPolicy policy = process.spec().supervision().triggers();
        if (watched != null
                && watched.watch().equals(policy.watch())
                && watched.ignore().equals(policy.ignore())) {
            return;
        }
        leave();
        watched = policy;
        List<WatchedTree> opened = new ArrayList<>();
        trees = opened;
        for (String path : policy.watch()) {
            WatchedTree tree = new WatchedTree(events, listener, Path.of(path), home, policy.ignore());
            opened.add(tree);
            tree.open();
        }
    }

    private void leave() {
        trees.forEach(WatchedTree::close);
        trees = List.of();
        watched = null;
        changed.clear();
    }

    private long pause() {
        if (!changed.isEmpty()) {
            long now = System.nanoTime();
            return Math.max(0, Math.min(lastChange + QUIET - now, firstChange + RESTLESS - now));
        }
        return trees.stream().anyMatch(WatchedTree::missing) ? MISSING_LOOK : Long.MAX_VALUE;
    }

    private void noted(Path path) {
        lastChange = System.nanoTime();
        if (changed.isEmpty()) {
            firstChange = lastChange;
        }
        if (changed.size() < COUNTED) {
            changed.add(path);
        }
    }

    private void count(Followed present, long now) throws InterruptedException {
        String what = named(present.process);
        changed.clear();
        restarts.removeIf(at -> now - at > LOOP_TIME);
        if (restarts.size() >= LOOP && present.process.status() != Status.STOPPING) {
            restarts.clear();
            unwatched(
                    present,
                    "it was restarted " + LOOP + " times in " + LOOP_TIME / 1_000_000_000 + " s, and " + what
                            + " once more: if it writes that itself, give --ignore");
            return;
        }
        if (present.process.status() != Status.STOPPING) {
            // What is being stopped runs again as it is, however often its files change until then.
            restarts.add(now);
        }
        teller.tell(present.process.life().generation(), new Happening.RestartNeeded(RunCause.WATCH, what));
    }

    private void unwatched(Followed present, String why) throws InterruptedException {
        leave();
        teller.tell(present.process.life().generation(), new Happening.Unwatched(why));
        while (followed == present && !over) {
            queue.take();
        }
    }

    /** The first that is still there, as what is not may have been an editor's. */
    private String named(ManagedProcess process) {
        Optional<Path> there = changed.stream().filter(Files::exists).findFirst();
        Path path = there.orElseGet(() -> changed.iterator().next());
        Path cwd = Path.of(process.spec().cwd());
        String name =
                path.startsWith(cwd) && !path.equals(cwd) ? cwd.relativize(path).toString() : path.toString();
        String others = changed.size() == 1 ? "" : ", and " + (changed.size() - 1) + " others";
        return name + (there.isPresent() ? " changed" : " was removed") + others;
    }
}
