package dev.tetra.tsm.daemon;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a daemon whose home was removed or moved away: nobody can reach it any more, and another one may begin in its
 * place. The processes go on; a home that is put back has its next daemon take them back.
 */
final class HomeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HomeWatch.class);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final HomeLock lock;
    private final Runnable gone;
    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * Does not look yet.
     *
     * @param gone what to do once the home is gone; called once, on the watch's own thread
     */
    HomeWatch(HomeLock lock, Runnable gone) {
        this.lock = lock;
        this.gone = gone;
    }

    void start() {
        Thread.ofVirtual().name("home watch").start(this::loop);
    }

    private void loop() {
        try {
            while (!over.await(LOOK.toNanos(), TimeUnit.NANOSECONDS)) {
                if (!lock.inPlace()) {
                    LOG.error("the home was removed or moved away; the daemon ends, its processes go on");
                    gone.run();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over.countDown();
    }
}
