package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tetra.tsm.model.Exit;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Descriptors that mean a process: pidfd_open(2), Linux 5.3 and later. The numbers are the same on all machines. */
final class Pidfd {
    private static final int SYS_PIDFD_SEND_SIGNAL = 424;
    private static final int SYS_PIDFD_OPEN = 434;
    private static final int SYS_PIDFD_GETFD = 438;
    /** {@code _IOWR(0xFF, 11, struct pidfd_info)} with the 64 bytes of its first version (linux/pidfd.h). */
    private static final long PIDFD_GET_INFO = 0xC040_FF0BL;

    private static final int INFO_SIZE = 64;
    /** Linux 6.15 and later: the exit status, once the process was reaped. */
    private static final long PIDFD_INFO_EXIT = 1 << 3;

    private static final int EXIT_CODE_OFFSET = 60;

    private Pidfd() {}

    /** A descriptor for the process that has this pid now; negative when there is none or no pidfd here. */
    static int open(Frame frame, long pid) {
        return frame.call(Libc.Linux.SYSCALL, SYS_PIDFD_OPEN, pid, 0);
    }

    /** Whether this kernel lets us have them (some sandboxes do not). */
    static boolean available(long self) {
        try (Frame frame = new Frame()) {
            int descriptor = open(frame, self);
            if (descriptor < 0) {
                return false;
            }
            frame.call(Libc.Files.CLOSE, descriptor);
            return true;
        }
    }

    /** 0 or the error number. */
    static int signal(Frame frame, int descriptor, int signal) {
        return frame.call(Libc.Linux.SYSCALL, SYS_PIDFD_SEND_SIGNAL, descriptor, signal, 0, 0) == 0 ? 0 : frame.errno();
    }

    /**
     * A descriptor of that process as one of ours, marked close-on-exec: pidfd_getfd(2), Linux 5.6 and later; negative when
     * it has none of that number, or we may not trace it.
     */
    static int descriptor(Frame frame, int descriptor, int theirs) {
        return frame.call(Libc.Linux.SYSCALL, SYS_PIDFD_GETFD, descriptor, theirs, 0);
    }

    /** What the kernel says of the end. */
    enum Answer {
        TOLD,
        NOT_YET,
        NEVER
    }

    /** How a process ended. */
    record End(Answer answer, Optional<Exit> exit) {}

    /** Asks how the process ended. */
    static End end(Frame frame, int descriptor) {
        MemorySegment info = frame.allocate(INFO_SIZE);
        info.set(JAVA_LONG, 0, PIDFD_INFO_EXIT);
        if (frame.call(Libc.Linux.IOCTL, descriptor, PIDFD_GET_INFO, info.address()) != 0) {
            // Older kernels: ENOTTY or EINVAL always, or ESRCH once it was reaped.
            return new End(Answer.NEVER, Optional.empty());
        }
        if ((info.get(JAVA_LONG, 0) & PIDFD_INFO_EXIT) == 0) {
            return new End(Answer.NOT_YET, Optional.empty());
        }
        return new End(Answer.TOLD, Optional.of(Exits.ofWaitStatus(info.get(JAVA_INT, EXIT_CODE_OFFSET))));
    }
}
