package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.os.ProcessInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of a {@link Wish}. */
public sealed interface Outcome {
    /** The process as it was when the wish was settled. */
    ManagedProcess process();

    /**
     * It is as wished.
     *
     * @param changed false when it was so before
     */
    record Done(ManagedProcess process, boolean changed) implements Outcome {}

    /**
     * It did not start.
     *
     * @param exit how its run ended, if it ran at all
     * @param why in words
     */
    record NotStarted(ManagedProcess process, @Nullable Exit exit, String why) implements Outcome {}

    /**
     * The new run did not get ready, and the old one goes on.
     *
     * @param exit how the new one ended, if it did by itself
     * @param why in words, if it did not
     */
    record Kept(ManagedProcess process, @Nullable Exit exit, String why) implements Outcome {}

    /** It cannot be stopped: these live although they were killed. */
    record Unstoppable(ManagedProcess process, List<ProcessInfo> survivors) implements Outcome {}

    /** The wish does not fit what it is doing. */
    record Refused(ManagedProcess process, String why) implements Outcome {}
}
