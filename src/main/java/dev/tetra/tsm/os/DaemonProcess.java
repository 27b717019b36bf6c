package dev.tetra.tsm.os;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What the daemon does to its own process. */
public final class DaemonProcess {
    private static final Platform OS = Platform.current();
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int FIRST = 3;
    private static final int O_RDWR = 2;

    private DaemonProcess() {}

    /** This process's id. */
    public static long pid() {
        try (Frame frame = new Frame()) {
            return frame.call(Libc.Processes.GETPID);
        }
    }

    /**
     * Makes this process the leader of a session of its own, so that no terminal's end or Ctrl-C reaches it.
     *
     * @return false when it leads a process group already and so cannot (setsid(2)); started in the background by a
     *     shell without job control, or by another program, it does not
     */
    public static boolean leadSession() {
        try (Frame frame = new Frame()) {
            return frame.call(Libc.Self.SETSID) >= 0;
        }
    }

    /**
     * Sets which permissions new files don't get.
     *
     * @param mask 0 to 0777
     * @return the mask before
     */
    public static int umask(int mask) {
        try (Frame frame = new Frame()) {
            return frame.call(Libc.Spawn.UMASK, mask);
        }
    }

    /** Gives back what malloc(3) keeps for later, as far as the C library can do that (malloc_trim(3)). */
    public static void trim() {
        if (Libc.Malloc.PRESENT) {
            try (Frame frame = new Frame()) {
                frame.call(Libc.Malloc.TRIM, 0);
            }
        }
    }

    /**
     * Points stdin at /dev/null, and stdout and stderr at the end of a file, which is made with mode 0600 when missing.
     *
     * @throws IOException when the file can't be opened
     */
    public static void redirect(String log) throws IOException {
        try (Frame frame = new Frame()) {
            int flags = Platform.O_WRONLY | OS.oAppend | OS.oCreat | OS.oCloexec;
            int file = open(frame, log, flags);
            int nothing = open(frame, "/dev/null", O_RDWR | OS.oCloexec);
            frame.call(Libc.MoreFiles.DUP2, nothing, 0);
            frame.call(Libc.MoreFiles.DUP2, file, 1);
            frame.call(Libc.MoreFiles.DUP2, file, 2);
            frame.call(Libc.Files.CLOSE, nothing);
            frame.call(Libc.Files.CLOSE, file);
        }
    }

    private static int open(Frame frame, String path, int flags) throws IOException {
        int descriptor = frame.call(Libc.Files.OPEN, frame.text(path), flags, 0600);
        if (descriptor < 0) {
            throw new IOException(path + ": " + Errno.words(frame.errno()));
        }
        return descriptor;
    }

    /**
     * Replaces this program by another one in the same process: same pid, same children, same session. Its descriptors
     * from 3 on are closed, no signal is blocked. Locks and connections of this program end with it, so what must reach
     * the disk has to be closed before.
     *
     * @param executable absolute
     * @param environment the whole environment, {@code NAME=VALUE}
     * @throws IOException when it could not be executed; this program goes on then
     */
    public static void replaceBy(String executable, List<String> argv, List<String> environment) throws IOException {
        try (Frame frame = new Frame()) {
            long path = frame.text(executable);
            long words = frame.texts(argv);
            long variables = frame.texts(environment);
            MemorySegment none = frame.allocate(128);
            frame.call(Libc.Self.SIGEMPTYSET, none.address());
            MemorySegment before = frame.allocate(128);
            closeOnExec(frame);
            int setMask = OS == Platform.LINUX ? 2 : 3;
            frame.call(Libc.Self.SIGMASK, setMask, none.address(), before.address());
            frame.call(Libc.Self.EXECVE, path, words, variables);
            int errno = frame.errno();
            frame.call(Libc.Self.SIGMASK, setMask, before.address(), 0);
            throw new IOException(executable + ": " + Errno.words(errno));
        }
    }

    /** The virtual machine opens some files without close-on-exec; one by one, as close_range(2) is young. */
    private static void closeOnExec(Frame frame) {
        String[] open = new File(OS == Platform.LINUX ? "/proc/self/fd" : "/dev/fd").list();
        for (String name : open == null ? new String[0] : open) {
            int descriptor = Integer.parseInt(name);
            if (descriptor >= FIRST) {
                Fcntl.set(frame, descriptor, F_SETFD, FD_CLOEXEC);
            }
        }
    }
}
