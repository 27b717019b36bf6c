package dev.tetra.tsm.supervise.health;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One look at a page or a port that keeps no thread waiting: connects as a client would, asks, and reads the answer as it
 * comes. A channel and a few lines of HTTP/1.1 (RFC 9112) are all that is needed. Everything here is done by the thread of
 * the {@link Clockwork}.
 */
final class Exchange implements Clockwork.Ready {
    private final Page page;
    private final Duration timeout;
    private final List<InetAddress> addresses;
    private final Clockwork clockwork;
    private final Consumer<Look.Result> seen;
    private final StatusLine line = new StatusLine();
    private final ByteBuffer request;

    private int address;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private Clockwork.@Nullable Due tooLate;
    private @Nullable Exception refused;
    /** Once the status is there: what is left to do is to read the rest. */
    private Look.@Nullable Result result;

    private int drained;
    private boolean over;

    /**
     * A look that has not begun.
     *
     * @param seen called once, by the clockwork's thread
     */
    Exchange(
            Page page, Duration timeout, List<InetAddress> addresses, Clockwork clockwork, Consumer<Look.Result> seen) {
        this.page = page;
        this.timeout = timeout;
        this.addresses = addresses;
        this.clockwork = clockwork;
        this.seen = seen;
        this.request = ByteBuffer.wrap(page.request());
    }

    /**
     * Begins.
     *
     * @param left what is left of the timeout
     */
    void begin(Duration left) {
        tooLate = clockwork.after(left, this::late);
        connect();
    }

    private void late() {
        end(result == null ? page.failed(NetLook.noAnswer(timeout)) : result);
    }

    private void connect() {
        try {
            SocketChannel made = SocketChannel.open();
            channel = made;
            made.configureBlocking(false);
            boolean done = made.connect(new InetSocketAddress(addresses.get(address), page.port()));
            // Within a machine a connection is there, or refused, by now; only connect(2) does not say so.
            if (done || made.finishConnect()) {
                connected(made);
            } else {
                key = clockwork.watch(made, SelectionKey.OP_CONNECT, this);
            }
        } catch (IOException | RuntimeException e) {
            connectFailed(e);
        }
    }

    private void connectFailed(Exception e) {
        refused = refused == null ? e : refused;
        close();
        if (e instanceof ConnectException && address + 1 < addresses.size()) {
            address++;
            connect();
            return;
        }
        end(page.failed(NetLook.words(e instanceof ConnectException ? refused : e, timeout)));
    }

    private void connected(SocketChannel to) throws IOException {
        if (!page.asks()) {
            end(page.connected());
            return;
        }
        // A request is smaller than what the kernel takes at once.
        to.write(request);
        int ops = request.hasRemaining() ? SelectionKey.OP_WRITE | SelectionKey.OP_READ : SelectionKey.OP_READ;
        SelectionKey present = key;
        if (present == null) {
            key = clockwork.watch(to, ops, this);
        } else {
            present.interestOps(ops);
        }
    }

    @Override
    public void ready(SelectionKey at, ByteBuffer block) {
        SocketChannel from = channel;
        if (over || from == null) {
            return;
        }
        if (at.isConnectable()) {
            try {
                from.finishConnect();
            } catch (IOException e) {
                key = null;
                connectFailed(e);
                return;
            }
        }
        try {
            if (at.isConnectable() || at.isWritable()) {
                connected(from);
            }
            if (!over && at.isReadable()) {
                read(from, block);
            }
        } catch (IOException e) {
            end(result == null ? page.failed(NetLook.words(e, timeout)) : result);
        }
    }

    private void read(SocketChannel from, ByteBuffer block) throws IOException {
        while (!over) {
            block.clear();
            int n = from.read(block);
            if (n == 0) {
                return;
            }
            if (n < 0) {
                end(result == null ? page.failed(line.cutShort()) : result);
                return;
            }
            take(block.flip());
        }
    }

    private void take(ByteBuffer block) throws IOException {
        if (result != null) {
            drained += block.remaining();
            if (drained >= NetLook.MOST) {
                end(result);
            }
            return;
        }
        while (!line.whole() && block.hasRemaining()) {
            line.take(block.get());
        }
        if (line.whole()) {
            result = page.answered(line.status());
        }
    }

    private void end(Look.Result how) {
        if (over) {
            return;
        }
        over = true;
        if (tooLate != null) {
            tooLate.cancel();
        }
        close();
        seen.accept(how);
    }

    private void close() {
        SocketChannel open = channel;
        channel = null;
        key = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // Nothing was to be kept.
            }
        }
    }
}
