package dev.tetra.tsm.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Strangers that connect over and over, each with one of several first words, and keep what they have open as long as they
 * can. A bounded number of connections in all and at once; closing it ends them.
 */
final class Flood implements AutoCloseable {
    private static final int STRANGERS = 6;
    /** Open at once by each stranger. */
    private static final int HELD = 60;

    private final SocketAddress at;
    private final List<byte[]> words;
    private final int connections;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
    private final List<Thread> strangers = new ArrayList<>();
    private volatile boolean over;

    private Flood(SocketAddress at, List<byte[]> words, int connections) {
        this.at = at;
        this.words = words;
        this.connections = connections;
        for (int i = 0; i < STRANGERS; i++) {
            strangers.add(Thread.ofPlatform().name("stranger " + i).start(this::annoy));
        }
    }

    /** Strangers on a port of loopback; each connection begins with the next of these words. */
    static Flood ofPort(int port, List<byte[]> words, int connections) {
        return new Flood(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), words, connections);
    }

    /** Strangers on a Unix socket. */
    static Flood ofSocket(Path path, List<byte[]> words, int connections) {
        return new Flood(UnixDomainSocketAddress.of(path), words, connections);
    }

    private void annoy() {
        Deque<SocketChannel> held = new ArrayDeque<>();
        for (int n = begun.getAndIncrement(); n < connections && !over; n = begun.getAndIncrement()) {
            try {
                SocketChannel one = SocketChannel.open(at);
                held.addLast(one);
                one.configureBlocking(false);
                // What does not fit into its buffers at once is not waited for.
                one.write(ByteBuffer.wrap(words.get(n % words.size())));
            } catch (IOException e) {
                refused.incrementAndGet();
            }
            if (held.size() > HELD) {
                end(held.removeFirst());
            }
        }
        held.forEach(this::end);
    }

    private void end(SocketChannel one) {
        try (one) {
            ByteBuffer answer = ByteBuffer.allocate(200);
            if (one.read(answer) > 0) {
                answers.add(new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            refused.incrementAndGet();
        }
    }

    boolean goesOn() {
        return strangers.stream().anyMatch(Thread::isAlive);
    }

    /** How many connections there were. */
    int begun() {
        return Math.min(begun.get(), connections);
    }

    /** What strangers were told. */
    List<String> answers() {
        return List.copyOf(answers);
    }

    @Override
    public void close() {
        over = true;
        for (Thread stranger : strangers) {
            try {
                stranger.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
