package dev.tetra.tsm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LiveTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final AtomicInteger looks = new AtomicInteger();
    private final Live live = new Live(() -> () -> {
        looks.incrementAndGet();
        return List.of();
    });

    @Test
    void nobody_watches_and_nothing_is_looked_at() {
        assertFalse(live.looking());
        assertEquals(0, looks.get());
    }

    @Test
    void all_who_watch_share_the_looks() throws Exception {
        try (Live.Watch one = live.watch();
                Live.Watch other = live.watch()) {
            for (int i = 0; i < 3; i++) {
                assertEquals(one.next().orElseThrow(), other.next().orElseThrow());
            }
            assertTrue(looks.get() <= 4, looks.toString());
        }
    }

    @Test
    void it_ends_when_the_last_one_leaves_and_begins_again() throws Exception {
        try (Live.Watch watch = live.watch()) {
            watch.next();
        }
        Await.until("no more looks", SOON, () -> !live.looking());
        int before = looks.get();
        try (Live.Watch watch = live.watch()) {
            assertTrue(watch.next().isPresent());
        }
        assertTrue(looks.get() > before);
    }

    @Test
    void one_who_is_slow_gets_the_latest_and_holds_up_nobody() throws Exception {
        try (Live.Watch slow = live.watch();
                Live.Watch quick = live.watch()) {
            slow.next();
            long number = 0;
            while (number < 3) {
                number = quick.next().orElseThrow().number();
            }
            assertTrue(slow.next().orElseThrow().number() >= 3);
        }
    }

    @Test
    void who_waits_is_released_when_his_watching_or_all_ends() throws Exception {
        for (boolean all : List.of(false, true)) {
            Live.Watch watch = live.watch();
            watch.next();
            CompletableFuture<Optional<Live.Look>> waiting = new CompletableFuture<>();
            Thread.startVirtualThread(() -> {
                try {
                    // The look that is under way may still come.
                    Optional<Live.Look> look = watch.next();
                    while (look.isPresent()) {
                        look = watch.next();
                    }
                    waiting.complete(look);
                } catch (InterruptedException e) {
                    waiting.completeExceptionally(e);
                }
            });
            (all ? live : watch).close();
            assertEquals(Optional.empty(), waiting.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void a_look_that_fails_is_made_up_for() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Live failing = new Live(() -> () -> {
            if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("the first look fails");
            }
            return List.of();
        });
        try (Live.Watch watch = failing.watch()) {
            assertTrue(watch.next().isPresent());
        }
        assertEquals(2, tries.get());
    }
}
