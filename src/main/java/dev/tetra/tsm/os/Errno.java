package dev.tetra.tsm.os;

import dev.tetra.tsm.model.TsmException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Error numbers of the system, in names and words. */
final class Errno {
    // The same on Linux and macOS (errno-base.h; sys/errno.h).
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int ESRCH = 3;
    static final int EINTR = 4;
    static final int ENOEXEC = 8;
    static final int ENXIO = 6;
    static final int ECHILD = 10;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int ENOTDIR = 20;
    static final int EINVAL = 22;
    static final int ENFILE = 23;
    static final int EMFILE = 24;

    private static final Platform PLATFORM = Platform.current();
    static final int EADDRINUSE = PLATFORM == Platform.LINUX ? 98 : 48;
    static final int EAGAIN = PLATFORM == Platform.LINUX ? 11 : 35;
    static final int EOPNOTSUPP = PLATFORM == Platform.LINUX ? 95 : 102;
    static final int ENOSYS = PLATFORM == Platform.LINUX ? 38 : 78;

    private Errno() {}

    /** The name, such as {@code EACCES}; {@code errno 250} when it is a rare one. */
    static String name(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM";
            case ENOENT -> "ENOENT";
            case ESRCH -> "ESRCH";
            case EINTR -> "EINTR";
            case 5 -> "EIO";
            case 7 -> "E2BIG";
            case ENOEXEC -> "ENOEXEC";
            case 9 -> "EBADF";
            case ECHILD -> "ECHILD";
            case ENOMEM -> "ENOMEM";
            case EACCES -> "EACCES";
            case 14 -> "EFAULT";
            case 16 -> "EBUSY";
            case 17 -> "EEXIST";
            case ENOTDIR -> "ENOTDIR";
            case 21 -> "EISDIR";
            case EINVAL -> "EINVAL";
            case ENFILE -> "ENFILE";
            case EMFILE -> "EMFILE";
            case 26 -> "ETXTBSY";
            case 28 -> "ENOSPC";
            case 30 -> "EROFS";
            default -> rareName(errno);
        };
    }

    private static String rareName(int errno) {
        if (errno == EAGAIN) {
            return "EAGAIN";
        }
        if (errno == EADDRINUSE) {
            return "EADDRINUSE";
        }
        if (errno == (PLATFORM == Platform.LINUX ? 40 : 62)) {
            return "ELOOP";
        }
        if (errno == (PLATFORM == Platform.LINUX ? 36 : 63)) {
            return "ENAMETOOLONG";
        }
        return "errno " + errno;
    }

    /** Whether it says that the caller or the machine has run out of something, and nothing about what was asked. */
    static boolean exhausted(int errno) {
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
    }

    /** What users are told of a look at the machine's processes that could not be made. */
    static TsmException.Exhausted cannotLook(String why) {
        return new TsmException.Exhausted(
                "processes cannot be looked at: " + why,
                "the daemon has as many files open as it may: raise its limit (prlimit --nofile, or ulimit -n and then"
                        + " tsm daemon restart)");
    }

    /** In words, such as {@code Permission denied (EACCES)}. */
    static String words(int errno) {
        try (Frame frame = new Frame()) {
            long text = frame.callLong(Frame.symbol("strerror"), errno);
            String words = MemorySegment.ofAddress(text).reinterpret(1024).getString(0, StandardCharsets.UTF_8);
            return words + " (" + name(errno) + ")";
        }
    }
}
