package dev.tetra.tsm.os;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntConsumer;

/** Touches by inotify(7): the kernel forgets a watch when it has told of it once. */
final class InotifyFiles implements FileTouches {
    /** The deletion of a file that is open is a change of its number of links, and so of its attributes. */
    private static final int WANTED =
            Inotify.IN_MODIFY | Inotify.IN_ATTRIB | Inotify.IN_DELETE_SELF | Inotify.IN_MOVE_SELF | Inotify.IN_ONESHOT;

    private final Inotify events = new Inotify();
    private final Bell bell;

    /** @throws IOException when the user has as many of them as the system allows, or the daemon as many files open */
    InotifyFiles() throws IOException {
        try {
            bell = new Bell();
        } catch (IOException e) {
            events.close();
            throw e;
        }
    }

    @Override
    public int await(Path file) throws IOException {
        return events.add(file, WANTED);
    }

    @Override
    public void forget(int number) {
        events.remove(number);
    }

    @Override
    public boolean touched(IntConsumer number) {
        return events.take((watch, name) -> number.accept(watch));
    }

    @Override
    public void awaitTouch(Duration atMost) {
        bell.await(events.descriptor(), atMost);
    }

    @Override
    public void wake() {
        bell.ring();
    }

    @Override
    public void close() {
        events.close();
        bell.close();
    }
}
