package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import java.util.function.Consumer;

/** Watches processes that are not our children. */
interface Watcher extends AutoCloseable {
    /** False when that identity is not alive; {@code onExit} is never called then. */
    boolean watch(Identity identity, Consumer<Exit> onExit);

    @Override
    void close();
}
