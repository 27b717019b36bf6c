package dev.tetra.tsm.model;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a daemon that is out of memory: it ends at once, as if it were killed. A thread that was lost, or a step
 * that was half done, would leave it alive and of no use; so its processes go on, and the next daemon takes them back. A
 * user's own query is the exception: it fails alone.
 */
public final class WantOfMemory {
    private static final Logger LOG = LoggerFactory.getLogger(WantOfMemory.class);
    /** No memory of the JVM is lacking then: the system gives this user no more threads, pthread_create(3). */
    private static final String NO_THREAD = "unable to create native thread";

    private WantOfMemory() {}

    /**
     * From now on the program ends when one of its threads dies of it.
     *
     * @param halt ends the program without another allocation, so without hooks
     */
    public static void endThis(Runnable halt) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failed) -> {
            try {
                LOG.error("the thread '{}' has ended", thread.getName(), failed);
            } finally {
                if (isIn(failed)) {
                    halt.run();
                }
            }
        });
    }

    /** Ends such a program if that is what something failed of; for all who keep what another thread, or a library, threw. */
    public static void endOn(Throwable failed) {
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (handler != null && isIn(failed)) {
            handler.uncaughtException(Thread.currentThread(), failed);
        }
    }

    private static boolean isIn(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError lack && !isThreads(lack)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isThreads(OutOfMemoryError lack) {
        return String.valueOf(lack.getMessage()).startsWith(NO_THREAD);
    }
}
