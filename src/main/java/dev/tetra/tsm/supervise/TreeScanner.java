package dev.tetra.tsm.supervise;

import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.ProcessTree;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Finds what belongs to runs. Scans of the machine's processes are shared: whoever asks while one is going on gets the
 * next, together with all others who wait, so that forty stops at once cost a few scans and not hundreds.
 */
final class TreeScanner {
    private final Host host;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long begun;
    private ProcessTree latest;

    TreeScanner(Host host) {
        this.host = host;
        this.latest = ProcessTree.now(host);
        this.begun = System.nanoTime();
    }

    /** Everything alive of a run, at some moment after this call began. */
    List<ProcessTree.Member> members(ProcessTree.Scope scope) {
        return with(tree -> tree.members(scope));
    }

    /** Asks one scan, made after this call began. */
    <T> T with(Function<ProcessTree, T> question) {
        long asked = System.nanoTime();
        lock.lock();
        try {
            if (begun - asked < 0) {
                begun = System.nanoTime();
                latest = ProcessTree.now(host);
            }
            return question.apply(latest);
        } finally {
            lock.unlock();
        }
    }
}
