package dev.tetra.tsm.daemon;

import dev.tetra.tsm.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be done now and then: a daily backup, and keeping the database's file from growing without bounds. */
final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final Duration LOOK = Duration.ofSeconds(60);
    /** Below this size the file is left alone. */
    private static final long SMALL = 4L << 20;

    private static final Duration COMPACTION = Duration.ofSeconds(1);

    private final Store store;
    private final Path file;
    private final Thread thread = Thread.ofVirtual().name("maintenance").unstarted(this::loop);
    private long compacted;

    Maintenance(Store store, Path file) {
        this.store = store;
        this.file = file;
    }

    void start() {
        thread.start();
    }

    void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    private void loop() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                if (store.backUpDaily()) {
                    LOG.info("database backed up");
                }
                long size = Files.size(file);
                if (size > SMALL && size > 2 * compacted) {
                    store.compact(COMPACTION);
                    compacted = Files.size(file);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | RuntimeException e) {
                LOG.warn("maintenance failed; it is tried again", e);
            }
        }
    }
}
