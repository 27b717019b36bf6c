package dev.tetra.tsm.daemon;

import dev.tetra.tsm.os.DaemonProcess;
import dev.tetra.tsm.os.FilePages;

/**
 * Gives memory back that only the start, or a burst of commands, has needed: the JVM by itself keeps garbage until the
 * heap is full, and the kernel pages of files until memory is short. Used by one thread.
 */
final class SpareMemory {
    /** Bytes of heap that are added between two looks: an idle daemon, or one with a hundred probes, makes less garbage. */
    private static final long CALM = 2L << 20;
    /** So many bytes of garbage are worth a collection, which takes some 25 ms: more than the young generation holds. */
    private static final long GARBAGE = 6L << 20;
    /** So many pages of files that were mapped again are worth another round; an idle daemon needs less than 1,500. */
    private static final long PAGES = 2048;
    /** So many looks after a burst it is over: the compiler gives its memory to malloc(3) up to five seconds later. */
    private static final int AFTERMATH = 16;

    private final FilePages pages = new FilePages();
    private long before;
    private long live;
    private long mapped;
    /** How many looks it is since a burst; the start is one. */
    private int calm;

    /** Whether it is to look every second, as there was a burst; else after commands alone. */
    boolean restless() {
        return calm < AFTERMATH;
    }

    /** Gives back what a burst has left once it is over; to be called a second after a command and as long as it is restless. */
    void look() {
        // less than before is a collection by the JVM
        if (used() - before > CALM) {
            calm = 0;
        } else if (calm < AFTERMATH) {
            calm++;
            collect();
            // Pages in ever longer distances: it takes some 5 ms, and as much to map again those that are in use.
            if (Integer.bitCount(calm) == 1) {
                drop();
            }
        }
        before = used();
    }

    /** Gives back what is worth the effort, calm or not. */
    void giveBack() {
        collect();
        drop();
        before = used();
    }

    private void collect() {
        if (used() - live > GARBAGE) {
            System.gc();
            live = used();
        }
        DaemonProcess.trim();
    }

    /** Gives pages of files back, if that is worth the effort. To be called last: a collection runs through much of the JVM. */
    void drop() {
        if (pages.mapped() - mapped > PAGES) {
            pages.giveBack();
            mapped = pages.mapped();
        }
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
