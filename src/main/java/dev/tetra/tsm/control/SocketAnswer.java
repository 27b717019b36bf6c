package dev.tetra.tsm.control;

import dev.tetra.tsm.model.RawText;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer over a connection. Writing is guarded by one lock, which a slow client may hold up; whether the client is
 * there and what it replies is guarded by another, which nothing holds up.
 */
final class SocketAnswer implements Answer {
    private static final Logger log = LoggerFactory.getLogger(SocketAnswer.class);
    private static final int STREAM_BUFFER = 32768;

    /** From this size on, output of a successful command goes as a stream, which the launcher copies faster. */
    private static final int STREAM_FROM = 16384;

    private enum State {
        OPEN,
        STREAMING,
        ENDED
    }

    private final Socket socket;
    private final FrameWriter frames;
    private final ControlLimits limits;
    private final boolean terminal;

    private final Object writing = new Object();
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private char gatheredType = 'o';
    private State state = State.OPEN;
    private @Nullable OutputStream stream;
    private volatile @Nullable Pulse pulse;

    private final Object client = new Object();
    private final List<Runnable> onGone = new ArrayList<>();
    private boolean gone;
    private boolean ended;
    private @Nullable Reply reply;

    SocketAnswer(Socket socket, FrameWriter frames, ControlLimits limits, boolean terminal) {
        this.socket = socket;
        this.frames = frames;
        this.limits = limits;
        this.terminal = terminal;
    }

    @Override
    public void out(String text) {
        gather('o', RawText.encode(text));
    }

    @Override
    public void out(byte[] bytes) {
        gather('o', bytes);
    }

    @Override
    public void err(String text) {
        gather('e', RawText.encode(text));
    }

    @Override
    public void err(byte[] bytes) {
        gather('e', bytes);
    }

    private void gather(char type, byte[] bytes) {
        synchronized (writing) {
            requireOpen();
            if (type != gatheredType) {
                flush();
                gatheredType = type;
            }
            for (int done = 0; done < bytes.length; ) {
                int count = Math.min(bytes.length - done, FrameWriter.MAX_FRAME - gathered.size());
                gathered.write(bytes, done, count);
                done += count;
                if (gathered.size() == FrameWriter.MAX_FRAME) {
                    flush();
                }
            }
        }
    }

    @Override
    public void flush() {
        synchronized (writing) {
            if (gathered.size() > 0) {
                byte[] bytes = gathered.toByteArray();
                gathered.reset();
                send(() -> frames.bytes(gatheredType, bytes, 0, bytes.length));
            }
        }
    }

    @Override
    public OutputStream stream() {
        synchronized (writing) {
            requireOpen();
            flush();
            send(() -> frames.header("s"));
            state = State.STREAMING;
            pulse = new Pulse(frames.unlimited());
            stream = new BufferedOutputStream(pulse, STREAM_BUFFER);
            return stream;
        }
    }

    /** Whether it is a stream in which nothing was, or is being, written for so long: one that only waits for more. */
    boolean isIdleStream(Duration time) {
        Pulse seen = pulse;
        return seen != null && seen.isStillFor(time);
    }

    /** Notes when something was written. */
    private static final class Pulse extends FilterOutputStream {
        private volatile long last = System.nanoTime();
        private volatile boolean writing;

        Pulse(OutputStream to) {
            super(to);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writing = true;
            out.write(bytes, offset, length);
            last = System.nanoTime();
            // Not in a finally block: a stream that failed is not one that waits.
            writing = false;
        }

        boolean isStillFor(Duration time) {
            return !writing && System.nanoTime() - last > time.toNanos();
        }
    }

    @Override
    public void exit(int code) {
        synchronized (writing) {
            requireOpen();
            if (code == 0 && gatheredType == 'o' && gathered.size() >= STREAM_FROM) {
                byte[] bytes = gathered.toByteArray();
                gathered.reset();
                end();
                send(() -> {
                    frames.header("s");
                    frames.raw(bytes);
                });
                return;
            }
            flush();
            end();
            send(() -> frames.exit(code));
        }
    }

    @Override
    public void client(String program) {
        endWith("j " + program);
    }

    @Override
    public void replaced(boolean thenRetry) {
        endWith(thenRetry ? "r" : "w");
    }

    @Override
    public void uncheckedSources(long change) {
        endWith("b " + change);
    }

    private void endWith(String header) {
        synchronized (writing) {
            requireOpen();
            flush();
            end();
            send(() -> frames.header(header));
        }
    }

    @Override
    public List<String> askEnvironment() {
        Reply environment = new Reply.Entries();
        request(environment, () -> frames.header("v"));
        return environment.await(limits.environment());
    }

    @Override
    public Optional<String> ask(String question) {
        if (!terminal) {
            return Optional.empty();
        }
        Reply line = new Reply.Line();
        request(line, () -> frames.frame('q', RawText.encode(question)));
        return Optional.of(line.await(null).getFirst());
    }

    private void request(Reply wanted, Sending question) {
        synchronized (client) {
            if (gone) {
                throw new ClientGoneException();
            }
            reply = wanted;
        }
        synchronized (writing) {
            requireOpen();
            flush();
            send(question);
        }
    }

    @Override
    public void onGone(Runnable action) {
        synchronized (client) {
            if (!gone) {
                onGone.add(action);
                return;
            }
        }
        action.run();
    }

    @Override
    public boolean isGone() {
        synchronized (client) {
            return gone;
        }
    }

    /** Reads what the client says until it goes away. */
    void listen(ConnectionInput in) {
        try {
            while (in.fill()) {
                receive(in.next());
            }
        } catch (IOException e) {
            log.debug("a client went away", e);
        }
        leave();
    }

    private void receive(byte b) {
        synchronized (client) {
            if (reply != null && reply.accept(b)) {
                reply = null;
            }
        }
    }

    private void leave() {
        List<Runnable> actions;
        Reply waiting;
        synchronized (client) {
            if (gone || ended) {
                return;
            }
            gone = true;
            actions = List.copyOf(onGone);
            onGone.clear();
            waiting = reply;
        }
        if (waiting != null) {
            waiting.abandon();
        }
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException e) {
                log.error("an action for a client that went away failed", e);
            }
        }
    }

    /** Ends what the handler left open. */
    void finish() throws IOException {
        synchronized (writing) {
            if (stream != null && state == State.STREAMING) {
                end();
                stream.flush();
            } else if (state == State.OPEN && !isGone()) {
                throw new IllegalStateException("the command ended without an exit code");
            }
        }
    }

    /** Ends an answer that failed. A stream is broken off by a reset, so that the client doesn't take it for whole. */
    void fail(String text, int code) throws IOException {
        synchronized (writing) {
            switch (state) {
                case OPEN -> {
                    err(text);
                    exit(code);
                }
                case STREAMING -> {
                    end();
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
                case ENDED -> log.warn("a command failed after its end: {}", text);
            }
        }
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException("the answer has ended or is a stream");
        }
    }

    private void end() {
        state = State.ENDED;
        synchronized (client) {
            ended = true;
            onGone.clear();
        }
    }

    private void send(Sending what) {
        if (isGone()) {
            return;
        }
        try {
            what.send();
        } catch (IOException e) {
            log.debug("a client went away", e);
            leave();
        }
    }

    @FunctionalInterface
    private interface Sending {
        void send() throws IOException;
    }
}
