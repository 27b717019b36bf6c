package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One run of a helper program: its pipes, the thread that empties them, its timeout. */
final class Helper {
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int POLLIN = 1;
    private static final int PIECE = 1 << 16;
    /** How long a helper's own background children may hold its output open after its end. */
    private static final long LINGER = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int TICK_MILLIS = 20;

    /** Starts what a plan says. */
    interface Starter {
        Identity start(Spawner.Plan plan, Consumer<Exit> onExit) throws SpawnException;
    }

    private final HelperRequest request;
    private final Host host;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> collected = new CompletableFuture<>();
    private final ByteArrayOutputStream[] kept = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};
    private volatile boolean truncated;

    Helper(HelperRequest request, Host host) {
        this.request = request;
        this.host = host;
    }

    HelperResult run(Starter starter) throws SpawnException, InterruptedException {
        Identity identity;
        try (Frame frame = new Frame()) {
            int[] out = pipe(frame);
            int[] err = pipe(frame);
            try {
                identity = starter.start(plan(out[1], err[1]), exit::complete);
            } catch (SpawnException | RuntimeException e) {
                close(frame, out[0], err[0]);
                throw e;
            } finally {
                close(frame, out[1], err[1]);
            }
            Thread.ofPlatform().name("helper-output").daemon().start(() -> collect(out[0], err[0]));
        }
        boolean timedOut = false;
        try {
            exit.get(request.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            timedOut = true;
            kill(identity);
        } catch (InterruptedException e) {
            kill(identity);
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        Exit ended = exit.join();
        collected.join();
        return new HelperResult(ended, timedOut, truncated, kept[0].toByteArray(), kept[1].toByteArray());
    }

    private void kill(Identity identity) {
        host.signalGroup(identity, Signals.KILL);
    }

    private Spawner.Plan plan(int out, int err) {
        SpawnRequest spawn = new SpawnRequest(
                request.executable(),
                request.argv(),
                request.environment(),
                request.cwd(),
                "/dev/null",
                "/dev/null",
                request.umask());
        return new Spawner.Plan(spawn, new Output.ToDescriptor(out), new Output.ToDescriptor(err));
    }

    private static int[] pipe(Frame frame) {
        MemorySegment ends = frame.allocate(8);
        if (frame.call(Libc.MoreFiles.PIPE, ends.address()) != 0) {
            throw new IllegalStateException("pipe: " + Errno.words(frame.errno()));
        }
        int[] pipe = {ends.get(JAVA_INT, 0), ends.get(JAVA_INT, 4)};
        for (int descriptor : pipe) {
            Fcntl.set(frame, descriptor, F_SETFD, FD_CLOEXEC);
        }
        return pipe;
    }

    private static void close(Frame frame, int... descriptors) {
        for (int descriptor : descriptors) {
            frame.call(Libc.Files.CLOSE, descriptor);
        }
    }

    private void collect(int out, int err) {
        int[] descriptors = {out, err};
        boolean[] ended = {false, false};
        try (Frame frame = new Frame()) {
            MemorySegment polled = frame.allocate(16);
            MemorySegment piece = frame.allocate(PIECE);
            long deadline = 0;
            while (!(ended[0] && ended[1])) {
                boolean idle = poll(frame, polled, descriptors, ended) == 0;
                for (int i = 0; i < 2; i++) {
                    if (!ended[i] && polled.get(JAVA_SHORT, i * 8L + 6) != 0) {
                        ended[i] = !take(frame, piece, descriptors[i], kept[i]);
                    }
                }
                if (exit.isDone()) {
                    deadline = deadline == 0 ? System.nanoTime() + LINGER : deadline;
                    if (idle && System.nanoTime() - deadline >= 0) {
                        break;
                    }
                }
            }
            close(frame, out, err);
        } finally {
            collected.complete(null);
        }
    }

    private static int poll(Frame frame, MemorySegment polled, int[] descriptors, boolean[] ended) {
        for (int i = 0; i < 2; i++) {
            // A negative descriptor is left out (poll(2)).
            polled.set(JAVA_INT, i * 8L, ended[i] ? -1 : descriptors[i]);
            polled.set(JAVA_SHORT, i * 8L + 4, (short) POLLIN);
            polled.set(JAVA_SHORT, i * 8L + 6, (short) 0);
        }
        return frame.call(Libc.MoreFiles.POLL, polled.address(), 2, TICK_MILLIS);
    }

    /** False at the end. */
    private boolean take(Frame frame, MemorySegment piece, int descriptor, ByteArrayOutputStream into) {
        long n = frame.callLong(Libc.Files.READ, descriptor, piece.address(), PIECE);
        if (n <= 0) {
            return n < 0 && frame.errno() == Errno.EINTR;
        }
        int keep = (int) Math.min(n, request.maxBytes() - into.size());
        into.writeBytes(piece.asSlice(0, keep).toArray(JAVA_BYTE));
        truncated |= keep < n;
        return true;
    }
}
