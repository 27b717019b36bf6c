package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tetra.tsm.model.RawText;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What programs send to tsm: datagrams on Unix sockets, which Java itself cannot receive, and bytes on channels that they
 * have inherited. One thread reads all of them; it starts with the first.
 */
public final class Mail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mail.class);
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int F_SETFD = 2;
    private static final int F_SETFL = 4;
    private static final int FD_CLOEXEC = 1;
    /** MSG_DONTWAIT | MSG_NOSIGNAL of Linux; macOS has no flag for the latter. */
    private static final int SEND_FLAGS = Platform.current() == Platform.LINUX ? 0x40 | 0x4000 : 0x80;

    /** Pieces of a stream at once, so that one that never ends does not keep the others waiting. */
    private static final int SHARE = 16;

    private static final int POLLIN = 1;
    private static final int POLLFD = 8;
    private static final int PATH_AT = 2;
    private static final int ADDRESS = 110;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Box> boxes = new HashMap<>();
    private final DatagramReader datagrams = new DatagramReader();
    private int wakeRead = -1;
    private int wakeWrite = -1;
    private boolean started;
    private boolean closed;

    /**
     * A datagram.
     *
     * @param pid who sent it, by the kernel's word; 0 where it gives none
     * @param uid that process's user; -1 where the kernel tells none
     */
    // handed on, never compared
    @SuppressWarnings("ArrayRecordComponent")
    public record Letter(byte[] text, long pid, long uid) {}

    /** A place where letters arrive. */
    public interface Post extends AutoCloseable {
        /** Ends it; its file stays. */
        @Override
        void close();
    }

    /** A stream of bytes in both directions, of which a program inherits the other end. */
    public interface Channel extends AutoCloseable {
        /** The descriptor to be handed on; open until {@link #handedOn}. */
        int theirs();

        /** The program has its end, or never will. */
        void handedOn();

        /** Sends all of these few bytes; false when the program is gone, or does not read what it was sent before. */
        boolean send(byte[] bytes);

        @Override
        void close();
    }

    /** What is read from a descriptor, and where it goes. */
    private interface Box {
        /**
         * Reads some of what is there.
         *
         * @param delivery takes what has come, to be done once nothing is locked
         * @return whether more can come, now or later
         */
        boolean read(Frame frame, int descriptor, Consumer<Runnable> delivery);
    }

    /**
     * Receives datagrams at a path, for this user alone; a socket that is there is replaced.
     *
     * @param onLetter called by the reading thread; must return soon
     * @throws IOException when it cannot be made, such as for a path that is too long for a Unix socket
     */
    public Post bind(Path path, Consumer<Letter> onLetter) throws IOException {
        byte[] name = RawText.encode(path.toString());
        if (name.length > ADDRESS - PATH_AT - 1) {
            throw new IOException(
                    "the path of a Unix socket has at most " + (ADDRESS - PATH_AT - 1) + " bytes: " + path);
        }
        Files.deleteIfExists(path);
        lock.lock();
        try (Frame frame = new Frame()) {
            int descriptor = frame.call(Libc.Sockets.SOCKET, AF_UNIX, SOCK_DGRAM, 0);
            if (descriptor < 0) {
                throw new IOException("socket: " + Errno.words(frame.errno()));
            }
            try {
                own(frame, descriptor);
                datagrams.prepare(frame, descriptor);
                MemorySegment address = frame.allocate(ADDRESS);
                if (Platform.current() == Platform.MACOS) {
                    address.set(JAVA_BYTE, 0, (byte) ADDRESS);
                    address.set(JAVA_BYTE, 1, (byte) AF_UNIX);
                } else {
                    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
                }
                MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH_AT, name.length);
                int size = PATH_AT + name.length + 1;
                if (frame.call(Libc.Sockets.BIND, descriptor, address.address(), size) != 0) {
                    throw new IOException("bind of " + path + ": " + Errno.words(frame.errno()));
                }
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
                add(frame, descriptor, (in, from, delivery) -> {
                    datagrams.read(in, from, letter -> delivery.accept(() -> onLetter.accept(letter)));
                    return true;
                });
            } catch (IOException | RuntimeException e) {
                frame.call(Libc.Files.CLOSE, descriptor);
                throw e;
            }
            return () -> remove(descriptor);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a channel.
     *
     * @param onBytes called by the reading thread with what has come; must return soon
     */
    public Channel channel(Consumer<byte[]> onBytes) throws IOException {
        lock.lock();
        try (Frame frame = new Frame()) {
            MemorySegment ends = frame.allocate(8);
            if (frame.call(Libc.Mail.SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, ends.address()) != 0) {
                throw new IOException("socketpair: " + Errno.words(frame.errno()));
            }
            int ours = ends.get(JAVA_INT, 0);
            int theirs = ends.get(JAVA_INT, 4);
            own(frame, ours);
            Fcntl.set(frame, theirs, F_SETFD, FD_CLOEXEC);
            add(
                    frame,
                    ours,
                    (in, from, delivery) -> stream(in, from, bytes -> delivery.accept(() -> onBytes.accept(bytes))));
            return new Pair(ours, theirs);
        } finally {
            lock.unlock();
        }
    }

    private static void own(Frame frame, int descriptor) {
        Fcntl.set(frame, descriptor, F_SETFD, FD_CLOEXEC);
        Fcntl.set(frame, descriptor, F_SETFL, Platform.current().oNonblock);
    }

    private final class Pair implements Channel {
        private final int ours;
        private int theirs;

        Pair(int ours, int theirs) {
            this.ours = ours;
            this.theirs = theirs;
        }

        @Override
        public int theirs() {
            return theirs;
        }

        @Override
        public void handedOn() {
            lock.lock();
            try (Frame frame = new Frame()) {
                if (theirs >= 0) {
                    frame.call(Libc.Files.CLOSE, theirs);
                    theirs = -1;
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean send(byte[] bytes) {
            lock.lock();
            try (Frame frame = new Frame()) {
                if (!boxes.containsKey(ours)) {
                    return false;
                }
                MemorySegment text = frame.allocate(bytes.length);
                MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, bytes.length);
                return frame.callLong(Libc.Mail.SEND, ours, text.address(), bytes.length, SEND_FLAGS) == bytes.length;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            handedOn();
            remove(ours);
        }
    }

    private static boolean stream(Frame frame, int descriptor, Consumer<byte[]> onBytes) {
        MemorySegment piece = frame.allocate(DatagramReader.LONGEST);
        for (int i = 0; i < SHARE; i++) {
            long n = frame.callLong(Libc.Files.READ, descriptor, piece.address(), DatagramReader.LONGEST);
            if (n <= 0) {
                return n < 0 && (frame.errno() == Errno.EAGAIN || frame.errno() == Errno.EINTR);
            }
            onBytes.accept(piece.asSlice(0, n).toArray(JAVA_BYTE));
        }
        return true;
    }

    // --- the reading thread ---

    private void add(Frame frame, int descriptor, Box box) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        boxes.put(descriptor, box);
        if (started) {
            wake(frame);
            return;
        }
        MemorySegment ends = frame.allocate(8);
        if (frame.call(Libc.MoreFiles.PIPE, ends.address()) != 0) {
            throw new IllegalStateException("pipe: " + Errno.words(frame.errno()));
        }
        wakeRead = ends.get(JAVA_INT, 0);
        wakeWrite = ends.get(JAVA_INT, 4);
        own(frame, wakeRead);
        own(frame, wakeWrite);
        started = true;
        Thread.ofPlatform().name("mail").daemon().start(this::loop);
    }

    private void wake(Frame frame) {
        // A full pipe wakes as well.
        frame.callLong(Libc.MoreFiles.WRITE, wakeWrite, frame.allocate(1).address(), 1);
    }

    private void remove(int descriptor) {
        lock.lock();
        try (Frame frame = new Frame()) {
            if (boxes.remove(descriptor) != null) {
                frame.call(Libc.Files.CLOSE, descriptor);
                wake(frame);
            }
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        while (true) {
            try (Frame frame = new Frame()) {
                List<Integer> descriptors = descriptors();
                if (descriptors.isEmpty()) {
                    return;
                }
                MemorySegment polled = frame.allocate((long) descriptors.size() * POLLFD);
                for (int i = 0; i < descriptors.size(); i++) {
                    polled.set(JAVA_INT, (long) i * POLLFD, descriptors.get(i));
                    polled.set(JAVA_SHORT, (long) i * POLLFD + 4, (short) POLLIN);
                }
                frame.call(Libc.MoreFiles.POLL, polled.address(), descriptors.size(), -1);
                for (int i = 0; i < descriptors.size(); i++) {
                    if (polled.get(JAVA_SHORT, (long) i * POLLFD + 6) != 0) {
                        read(descriptors.get(i));
                    }
                }
            } catch (RuntimeException e) {
                LOG.error("reading what programs send failed; going on", e);
            }
        }
    }

    /** Those to look at, the pipe that wakes first; none when it is over. */
    private List<Integer> descriptors() {
        lock.lock();
        try (Frame frame = new Frame()) {
            if (closed) {
                boxes.keySet().forEach(descriptor -> frame.call(Libc.Files.CLOSE, descriptor));
                boxes.clear();
                frame.call(Libc.Files.CLOSE, wakeRead);
                frame.call(Libc.Files.CLOSE, wakeWrite);
                return List.of();
            }
            List<Integer> all = new ArrayList<>();
            all.add(wakeRead);
            all.addAll(boxes.keySet());
            return all;
        } finally {
            lock.unlock();
        }
    }

    private void read(int descriptor) {
        List<Runnable> delivery = new ArrayList<>();
        take(descriptor, delivery);
        // Not under the lock: whoever gets it may wait for one who wants to close something here.
        delivery.forEach(Runnable::run);
    }

    private void take(int descriptor, List<Runnable> delivery) {
        lock.lock();
        try (Frame frame = new Frame()) {
            if (descriptor == wakeRead) {
                frame.callLong(Libc.Files.READ, descriptor, frame.allocate(64).address(), 64);
                return;
            }
            // Under the lock, so that a descriptor that was closed meanwhile, and is another by now, is not read.
            @Nullable Box box = boxes.get(descriptor);
            if (box != null && !box.read(frame, descriptor, delivery::add)) {
                boxes.remove(descriptor);
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the reading; whoever sends from then on is refused. */
    @Override
    public void close() {
        lock.lock();
        try (Frame frame = new Frame()) {
            closed = true;
            if (started) {
                wake(frame);
            }
        } finally {
            lock.unlock();
        }
    }
}
