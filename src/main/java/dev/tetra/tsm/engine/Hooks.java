package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.Event;
import dev.tetra.tsm.model.EventFilter;
import dev.tetra.tsm.model.EventKind;
import dev.tetra.tsm.model.Hook;
import dev.tetra.tsm.model.HookRow;
import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.Origin;
import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.model.TsmException;
import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.spec.Secrets;
import dev.tetra.tsm.store.EventFeed;
import dev.tetra.tsm.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells commands and URLs of events once they are committed. Each hook is told one event after the other, on a thread of
 * its own that is there only as long as it has something to tell; what does not keep up loses events, and nobody waits.
 */
public final class Hooks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);

    private static final Duration LOOK = Duration.ofSeconds(60);
    private static final int MOST_MISSED = 1000;

    /** What the events about hooks begin with: no hook is told of them. */
    static final String OWN = "hook ";

    /** What looks like a URL, RFC 3986. */
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/");

    private final Store store;
    private final Clock clock;
    private final Delivery delivery;
    private final Map<Long, HookLane> lanes = new ConcurrentHashMap<>();
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
        check(hook);
        long key = store.call(tx -> {
            long made = tx.hooks().add(hook, names, namespace, caller.cwd(), caller.path());
            tx.journal().configEvent(Origin.USER, OWN + made + " added by " + caller.user());
            return made;
        });
        return find(key);
    }

    /**
     * Makes sure that a hook can be told something.
     *
     * @throws TsmException.Usage for a URL that is none
     */
    public static void check(Hook hook) {
        if (hook.web()) {
            HookPost.check(hook.target());
        } else if (SCHEME.matcher(hook.target()).lookingAt()) {
            throw new TsmException.Usage(
                    "'" + Secrets.mask(hook.target()) + "' is no URL that can be told",
                    "it begins with http:// or https://; anything else is a command");
        }
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
        HookLane lane = lanes.remove(key);
        if (lane != null) {
            lane.end();
        }
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
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                EventKind.CONFIG,
                row.process(),
                row.processName(),
                null,
                null,
                Origin.USER,
                "a test of the hook by " + caller.user());
        Delivery.Result result;
        try {
            result = delivery.deliver(row, told(event, row.process() != null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TsmException.Unavailable("the daemon stops", "test it again then");
        }
        store.run(tx -> tx.hooks().result(key, result.success() ? 1 : 0, result.success() ? 0 : 1, result.words()));
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

    /** Keeps what happens from now on, to be told once it has started. */
    public void listen() {
        subscription = store.feed().subscribe();
    }

    /** Begins to tell. */
    public void start() {
        if (subscription == null) {
            listen();
        }
        EventFeed.Subscription mine = Objects.requireNonNull(subscription);
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
        List<HookRow> hooks = store.call(tx -> tx.hooks().told());
        for (Event event : events) {
            if (event.processKey() == null && event.message().startsWith(OWN)) {
                continue;
            }
            Delivery.@Nullable Told told = null;
            for (HookRow hook : hooks) {
                if (hook.hook().events().contains(event.kind()) && concerns(hook, event)) {
                    boolean own = hook.process() != null;
                    told = told == null || (own && told.variables().isEmpty()) ? told(event, own) : told;
                    lanes.computeIfAbsent(hook.key(), key -> new HookLane(key, store, delivery))
                            .offer(hook, told);
                }
            }
        }
    }

    private static boolean concerns(HookRow hook, Event event) {
        if (hook.process() != null) {
            return hook.process().equals(event.processKey());
        }
        return (hook.names().isEmpty()
                        || (event.processName() != null && hook.names().contains(event.processName())))
                && (hook.namespace() == null || hook.namespace().equals(event.namespace()));
    }

    /** @param variables whether those of the process are needed, which are most of what an event takes */
    private Delivery.Told told(Event event, boolean variables) {
        Long key = event.processKey();
        if (key == null) {
            return new Delivery.Told(event, null, null, List.of());
        }
        return store.call(tx -> {
            ManagedProcess process = tx.processes().find(key).orElse(null);
            Long of = event.runKey();
            Run run = of == null
                    ? process == null ? null : process.run()
                    : tx.runs().find(of).orElse(null);
            return new Delivery.Told(
                    event,
                    process,
                    run == null ? null : run.exit(),
                    variables ? tx.environments().of(key) : List.of());
        });
    }

    /** Ends it; what has not been told yet is not told. */
    @Override
    public void close() {
        closed = true;
        lanes.values().forEach(HookLane::end);
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
