package dev.tetra.tsm.daemon;

import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Signals;
import dev.tetra.tsm.supervise.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Kills the daemon with SIGKILL at a named point between two steps, for fault tests: {@code -Dtsm.crash-at=before-spawn},
 * or {@code before-spawn:3} for the third time that it is passed. With the path of a file in place of a point, the daemon
 * does so once that file is there and holds a point, so that what comes before can happen undisturbed. Without the
 * property nothing is watched.
 */
final class CrashPoint implements Checkpoints {
    private static final String PROPERTY = "tsm.crash-at";

    private final Point at;
    private final AtomicInteger passes;
    private final Host host;

    private CrashPoint(Point at, int times, Host host) {
        this.at = at;
        this.passes = new AtomicInteger(times);
        this.host = host;
    }

    static Checkpoints fromProperties(Host host) {
        return of(System.getProperty(PROPERTY), host);
    }

    static Checkpoints of(@Nullable String where, Host host) {
        if (where == null || where.isEmpty()) {
            return NONE;
        }
        return where.startsWith("/") ? onceThere(Path.of(where), host) : parse(where, host);
    }

    private static Checkpoints onceThere(Path file, Host host) {
        AtomicReference<@Nullable Checkpoints> armed = new AtomicReference<>();
        return point -> {
            Checkpoints crash = armed.get();
            if (crash == null && Files.exists(file)) {
                armed.compareAndSet(null, read(file, host));
                crash = armed.get();
            }
            if (crash != null) {
                crash.pass(point);
            }
        };
    }

    private static Checkpoints read(Path file, Host host) {
        try {
            return parse(Files.readString(file).strip(), host);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Checkpoints parse(String where, Host host) {
        String[] parts = where.split(":", 2);
        Point point = Point.valueOf(parts[0].replace('-', '_').toUpperCase(Locale.ROOT));
        return new CrashPoint(point, parts.length > 1 ? Integer.parseInt(parts[1]) : 1, host);
    }

    @Override
    public void pass(Point point) {
        if (point == at && passes.decrementAndGet() == 0) {
            host.signal(host.self(), Signals.number("KILL"));
        }
    }
}
