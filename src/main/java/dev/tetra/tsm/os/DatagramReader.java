package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Receives datagrams with who sent them (unix(7), SCM_CREDENTIALS; Linux only). Descriptors that come with one are closed:
 * that is what a sender waits for who wants to know that it was read (sd_notify_barrier(3)).
 */
final class DatagramReader {
    /** As much as a datagram may have; of a longer one nothing is taken. */
    static final int LONGEST = 8 * 1024;

    private static final int SO_PASSCRED = 16;
    private static final int SCM_RIGHTS = 1;
    private static final int SCM_CREDENTIALS = 2;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    private static final int MSG_TRUNC = 0x20;
    /** struct msghdr, iovec and cmsghdr of Linux with 64 bits (bits/socket.h). */
    private static final int HEADER = 56;

    private static final int CONTROL = 512;
    private static final int CONTROL_HEADER = 16;
    /** At once, so that a program that sends without end does not keep the others waiting. */
    private static final int SHARE = 64;

    /** Asks for the senders of what comes. */
    void prepare(Frame frame, int descriptor) {
        if (Platform.current() != Platform.LINUX) {
            return;
        }
        MemorySegment one = frame.allocate(4);
        one.set(JAVA_INT, 0, 1);
        frame.call(Libc.Sockets.SETSOCKOPT, descriptor, Platform.LINUX.solSocket, SO_PASSCRED, one.address(), 4);
    }

    /** Reads some of what is there; more wakes again. */
    void read(Frame frame, int descriptor, Consumer<Mail.Letter> onLetter) {
        MemorySegment text = frame.allocate(LONGEST);
        MemorySegment control = frame.allocate(CONTROL);
        MemorySegment vector = frame.allocate(16);
        MemorySegment header = frame.allocate(HEADER);
        for (int i = 0; i < SHARE; i++) {
            if (Platform.current() != Platform.LINUX) {
                long n = frame.callLong(Libc.Mail.RECV, descriptor, text.address(), LONGEST, 0);
                if (n < 0) {
                    return;
                }
                onLetter.accept(new Mail.Letter(text.asSlice(0, n).toArray(JAVA_BYTE), 0, -1));
                continue;
            }
            vector.set(JAVA_LONG, 0, text.address());
            vector.set(JAVA_LONG, 8, LONGEST);
            header.fill((byte) 0);
            header.set(JAVA_LONG, 16, vector.address());
            header.set(JAVA_LONG, 24, 1);
            header.set(JAVA_LONG, 32, control.address());
            header.set(JAVA_LONG, 40, CONTROL);
            long n = frame.callLong(Libc.Mail.RECVMSG, descriptor, header.address(), MSG_CMSG_CLOEXEC);
            if (n < 0) {
                return;
            }
            Sender sender = sender(control, header.get(JAVA_LONG, 40));
            if ((header.get(JAVA_INT, 48) & MSG_TRUNC) == 0) {
                onLetter.accept(new Mail.Letter(text.asSlice(0, n).toArray(JAVA_BYTE), sender.pid(), sender.uid()));
            }
            sender.close(frame);
        }
    }

    /** Who sent a datagram, and the descriptors that came with it. */
    private record Sender(long pid, long uid, List<Integer> descriptors) {
        void close(Frame frame) {
            for (int descriptor : descriptors) {
                frame.call(Libc.Files.CLOSE, descriptor);
            }
        }
    }

    private static Sender sender(MemorySegment control, long length) {
        long pid = 0;
        long uid = -1;
        List<Integer> descriptors = List.of();
        long at = 0;
        while (at + CONTROL_HEADER <= length) {
            long size = control.get(JAVA_LONG, at);
            if (size < CONTROL_HEADER || at + size > length) {
                break;
            }
            int type = control.get(JAVA_INT, at + 12);
            if (type == SCM_CREDENTIALS && size >= CONTROL_HEADER + 12) {
                pid = control.get(JAVA_INT, at + CONTROL_HEADER);
                uid = Integer.toUnsignedLong(control.get(JAVA_INT, at + CONTROL_HEADER + 4));
            } else if (type == SCM_RIGHTS) {
                descriptors = Arrays.stream(control.asSlice(at + CONTROL_HEADER, (size - CONTROL_HEADER) / 4 * 4)
                                .toArray(JAVA_INT))
                        .boxed()
                        .toList();
            }
            at += (size + 7) / 8 * 8;
        }
        return new Sender(pid, uid, descriptors);
    }
}
