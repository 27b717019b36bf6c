package dev.tetra.tsm.daemon;

import dev.tetra.tsm.control.ControlServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a daemon whose home was removed or moved away: nobody can reach it any more, and another one may begin in its
 * place. The processes go on; a home that is put back has its next daemon take them back. Where the control file alone was
 * removed or overwritten it is written anew, since no client finds the daemon without it, and no other daemon may begin.
 */
final class HomeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HomeWatch.class);
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final HomeLock lock;
    private final ControlServer server;
    private final Runnable gone;
    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * Does not look yet.
     *
     * @param gone what to do once the home is gone; called once, on the watch's own thread
     */
    HomeWatch(HomeLock lock, ControlServer server, Runnable gone) {
        this.lock = lock;
        this.server = server;
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
                server.keepFound();
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
