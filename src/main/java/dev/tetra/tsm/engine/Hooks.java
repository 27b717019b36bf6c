package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.EnvVar;
import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventFilter;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Hook;
import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.store.EventFeed;
import dev.tetra.tsm.store.Store;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells commands and URLs of events once they are committed. Each hook is told one event after the other, on a thread of
 * its own that is there only as long as it has something to tell; what does not keep up loses events, and nobody waits.
 */
public final class Hooks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);

    /** How many events wait for one hook. */
    static final int LIMIT = 256;

    private static final Duration LOOK = Duration.ofSeconds(60);
    private static final int MOST_MISSED = 1000;

    /** What the events about hooks begin with: no hook is told of them. */
    private static final String OWN = "hook ";

    private final Store store;
    private final Clock clock;
    private final Delivery delivery;
    private final Map<Long, Lane> lanes = new ConcurrentHashMap<>();
    private EventFeed.@Nullable Subscription subscription;
    private @Nullable Thread thread;
    private volatile boolean closed;

    public Hooks(Store store, Host host, Clock clock) {
        this(store, host, clock, List.of(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(8)));
    }

    /** With other delays between the tries of a URL. */
    public Hooks(Store store, Host host, Clock clock, List<Duration> delays) {
        this.store = store;
        this.clock = clock;
        this.delivery = new Delivery(host, delays);
    }

    // --- the use cases ---

    /** All there are, those of processes too. */
    public List<HookRow> all() {
        return store.call(tx -> tx.hooks().all());
    }

    /**
     * Has a command or a URL told of events.
     *
     * @param names only of processes of these names; empty for all
     * @throws TsmException.Usage for a URL that is none
     */
    public HookRow add(Hook hook, List<String> names, @Nullable String namespace, Caller caller) {
        if (hook.web()) {
            checkUrl(hook.target());
        }
        long key = store.call(tx -> {
            long made = tx.hooks().add(hook, names, namespace, caller.cwd(), caller.path());
            tx.journal().configEvent(Origin.USER, OWN + made + " added by " + caller.user());
            return made;
        });
        return find(key);
    }

    private static void checkUrl(String url) {
        try {
            if (URI.create(url).getHost() != null) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new TsmException.Usage("'" + Secrets.mask(url) + "' is no URL", "such as https://example.org/tsm");
    }

    /**
     * Removes a hook.
     *
     * @throws TsmException.NotFound when there is none of that number
     * @throws TsmException.Failed when it is a process's
     */
    public HookRow remove(long key, Caller caller) {
        HookRow row = find(key);
        if (row.process() != null) {
            throw new TsmException.Failed(
                    "hook " + key + " is --on of " + row.processName(),
                    "it goes with the process: start that anew without --on");
        }
        store.run(tx -> {
            tx.hooks().remove(key);
            tx.journal().configEvent(Origin.USER, OWN + key + " removed by " + caller.user());
        });
        return row;
    }

    /**
     * Tells a hook of an event that did not happen, and waits for what comes of it.
     *
     * @throws TsmException.NotFound when there is none of that number
     * @throws TsmException.Failed when it did not go well
     */
    public String test(long key, Caller caller) {
        HookRow row = find(key);
        Event event = new Event(
                0,
                clock.instant(),
                EventKind.CONFIG,
                row.process(),
                row.processName(),
                null,
                null,
                Origin.USER,
                "a test of the hook by " + caller.user());
        Delivery.Result result;
        try {
            result = delivery.deliver(row, told(event));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", "test it again then");
        }
        store.run(tx -> tx.hooks().result(key, result.success(), result.words()));
        if (!result.success()) {
            throw new TsmException.Failed(
                    "hook " + key + " failed: " + Secrets.mask(result.words()),
                    "tsm hook list shows what it is told with");
        }
        return result.words();
    }

    private HookRow find(long key) {
        return all().stream()
                .filter(row -> row.key() == key)
                .findFirst()
                .orElseThrow(() ->
                        new TsmException.NotFound("there is no hook " + key, "tsm hook list shows those there are"));
    }

    // --- events ---

    /** Begins to tell. */
    public void start() {
        EventFeed.Subscription mine = store.feed().subscribe();
        subscription = mine;
        thread = Thread.ofVirtual().name("hooks").start(() -> follow(mine));
    }

    private void follow(EventFeed.Subscription feed) {
        while (!closed) {
            try {
                EventFeed.Next next = feed.next(LOOK);
                List<Event> missed = next.readFrom() == 0
                        ? List.of()
                        : store.call(tx -> tx.journal().from(EventFilter.ALL, next.readFrom(), MOST_MISSED));
                dispatch(missed);
                dispatch(next.events());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                if (!closed) {
                    LOG.warn("hooks could not be told of events: {}", e.getMessage());
                }
            }
        }
    }

    private void dispatch(List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        List<HookRow> hooks = all();
        for (Event event : events) {
            if (event.processKey() == null && event.message().startsWith(OWN)) {
                continue;
            }
            Delivery.@Nullable Told told = null;
            for (HookRow hook : hooks) {
                if (hook.hook().events().contains(event.kind()) && mayConcern(hook, event)) {
                    told = told == null ? told(event) : told;
                    if (concerns(hook, told)) {
                        lanes.computeIfAbsent(hook.key(), Lane::new).offer(hook, told);
                    }
                }
            }
        }
    }

    private static boolean mayConcern(HookRow hook, Event event) {
        return hook.process() == null
                ? hook.names().isEmpty()
                        || (event.processName() != null && hook.names().contains(event.processName()))
                : hook.process().equals(event.processKey());
    }

    private static boolean concerns(HookRow hook, Delivery.Told told) {
        ManagedProcess process = told.process();
        return hook.namespace() == null
                || (process != null && process.spec().namespace().equals(hook.namespace()));
    }

    private Delivery.Told told(Event event) {
        Long key = event.processKey();
        if (key == null) {
            return new Delivery.Told(event, null, List.of());
        }
        return store.call(tx -> {
            List<EnvVar> variables = tx.environments().of(key);
            return new Delivery.Told(event, tx.processes().find(key).orElse(null), variables);
        });
    }

    /** What one hook is still to be told. */
    private final class Lane {
        private final long key;
        private final Deque<Delivery.Told> waiting = new ArrayDeque<>();
        private boolean running;
        private long lost;

        Lane(long key) {
            this.key = key;
        }

        synchronized void offer(HookRow hook, Delivery.Told told) {
            if (waiting.size() >= LIMIT) {
                lost++;
                return;
            }
            waiting.add(told);
            if (!running) {
                running = true;
                Thread.ofVirtual().name("hook " + key).start(() -> tell(hook));
            }
        }

        private synchronized Delivery.@Nullable Told next() {
            Delivery.Told next = closed ? null : waiting.poll();
            running = next != null;
            return next;
        }

        private synchronized long lost() {
            long count = lost;
            lost = 0;
            return count;
        }

        private void tell(HookRow hook) {
            for (Delivery.Told told = next(); told != null; told = next()) {
                try {
                    Delivery.Result result = delivery.deliver(hook, told);
                    long missed = lost();
                    store.run(tx -> {
                        tx.hooks().result(key, result.success(), result.words());
                        if (!result.success()) {
                            tx.journal().configEvent(Origin.TSM, OWN + key + " failed: " + result.words());
                        }
                        if (missed > 0) {
                            tx.journal()
                                    .configEvent(
                                            Origin.TSM,
                                            OWN + key + " was not told of " + missed + " events, as it is too slow");
                        }
                    });
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                } catch (RuntimeException e) {
                    LOG.warn("hook {} could not be told: {}", key, e.getMessage());
                }
            }
        }
    }

    /** Ends it; what has not been told yet is not told. */
    @Override
    public void close() {
        closed = true;
        if (subscription != null) {
            subscription.wake();
            subscription.close();
        }
        if (thread != null) {
            try {
                thread.join(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
