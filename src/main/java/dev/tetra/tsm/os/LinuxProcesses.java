package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tetra.tsm.model.RawText;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Processes as proc(5) tells them. */
final class LinuxProcesses implements ProcessReader {
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_UID = 8;
    private static final int STATX_UID_OFFSET = 20;
    /**
     * How long a program may take until it shows its environment, and how often that is looked at meanwhile. On a machine
     * that is short of time a process may be kept from going on for some tenths of a second there.
     */
    private static final long EXECUTING_NANOS = 2_000_000_000;

    private static final long EXECUTING_PAUSE_NANOS = 100_000;

    private final String bootId;
    private final long nanosPerTick;
    private final long pageSize;

    LinuxProcesses() {
        try {
            bootId =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("/proc is not there", e);
        }
        try (Frame frame = new Frame()) {
            Platform os = Platform.current();
            nanosPerTick = 1_000_000_000L / frame.callLong(Libc.Processes.SYSCONF, os.scClkTck);
            pageSize = frame.callLong(Libc.Processes.SYSCONF, os.scPagesize);
        }
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public @Nullable ProcessInfo read(long pid) {
        try (Proc proc = new Proc()) {
            return read(proc, proc.frame().allocate(256), pid);
        }
    }

    @Override
    public ProcessTable table() {
        String[] names = new File("/proc").list();
        if (names == null) {
            // The class tells no reason, and this is the only one that there is while /proc is there.
            throw Errno.cannotLook("too many open files");
        }
        List<ProcessInfo> found = new ArrayList<>(names.length);
        try (Proc proc = new Proc()) {
            MemorySegment statx = proc.frame().allocate(256);
            for (String name : names) {
                if (Character.isDigit(name.charAt(0))) {
                    ProcessInfo info = read(proc, statx, Long.parseLong(name));
                    if (info != null) {
                        found.add(info);
                    }
                }
            }
        }
        return new ProcessTable(found);
    }

    private @Nullable ProcessInfo read(Proc proc, MemorySegment statx, long pid) {
        int descriptor = proc.open(pid, "stat");
        if (descriptor < 0) {
            return null;
        }
        try {
            if (!proc.readOnce(descriptor)) {
                return null;
            }
            return new StatLine(proc.bytes(), proc.length())
                    .parse(uid(proc.frame(), statx, descriptor), nanosPerTick, pageSize);
        } finally {
            proc.close(descriptor);
        }
    }

    private static long uid(Frame frame, MemorySegment statx, int descriptor) {
        if (!Libc.Statx.PRESENT) {
            return -1;
        }
        MemorySegment empty = statx.asSlice(255, 1);
        int failed =
                frame.call(Libc.Statx.STATX, descriptor, empty.address(), AT_EMPTY_PATH, STATX_UID, statx.address());
        return failed == 0 ? Integer.toUnsignedLong(statx.get(JAVA_INT, STATX_UID_OFFSET)) : -1;
    }

    @Override
    public Optional<Map<String, String>> environment(long pid) {
        try (Proc proc = new Proc()) {
            if (!readEnvironment(proc, pid)) {
                return Optional.empty();
            }
            Map<String, String> variables = new LinkedHashMap<>();
            for (String entry : entries(proc)) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    // getenv(3) finds the first of two.
                    variables.putIfAbsent(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
            return Optional.of(variables);
        }
    }

    @Override
    public Optional<String> environmentVariable(long pid, String name) {
        byte[] prefix = (name + "=").getBytes(StandardCharsets.UTF_8);
        try (Proc proc = new Proc()) {
            return readEnvironment(proc, pid) ? find(proc.bytes(), proc.length(), prefix) : Optional.empty();
        }
    }

    /**
     * Reads the environment. While a process executes a program, from when its old memory is gone until the new one is
     * laid out, the kernel shows none (environ_read in fs/proc/base.c), some tenths of a millisecond, longer where the
     * program comes from a slow disk. Taken as it is, that would be a process without a run: one that is lost.
     */
    private static boolean readEnvironment(Proc proc, long pid) {
        long deadline = System.nanoTime() + EXECUTING_NANOS;
        while (true) {
            if (!proc.read(pid, "environ")) {
                return false;
            }
            if (proc.length() > 0 || !executing(proc, pid) || System.nanoTime() - deadline > 0) {
                return true;
            }
            LockSupport.parkNanos(EXECUTING_PAUSE_NANOS);
        }
    }

    /** Whether a process that showed no environment may have one: it has a program, and not an environment of no length. */
    private static boolean executing(Proc proc, long pid) {
        boolean executing = proc.link(pid, "exe") != null
                && proc.read(pid, "stat")
                && !new StatLine(proc.bytes(), proc.length()).environmentEmpty();
        proc.clear();
        return executing;
    }

    private static Optional<String> find(byte[] bytes, int length, byte[] prefix) {
        for (int start = 0; start < length; ) {
            int end = start;
            while (end < length && bytes[end] != 0) {
                end++;
            }
            int value = start + prefix.length;
            if (value <= end && java.util.Arrays.equals(bytes, start, value, prefix, 0, prefix.length)) {
                return Optional.of(RawText.decode(bytes, value, end - value));
            }
            start = end + 1;
        }
        return Optional.empty();
    }

    @Override
    public List<String> commandLine(long pid) {
        try (Proc proc = new Proc()) {
            return proc.read(pid, "cmdline") ? entries(proc) : List.of();
        }
    }

    private static List<String> entries(Proc proc) {
        List<String> entries = new ArrayList<>();
        byte[] bytes = proc.bytes();
        int start = 0;
        for (int i = 0; i < proc.length(); i++) {
            if (bytes[i] == 0) {
                entries.add(RawText.decode(bytes, start, i - start));
                start = i + 1;
            }
        }
        if (start < proc.length()) {
            entries.add(RawText.decode(bytes, start, proc.length() - start));
        }
        return entries;
    }

    @Override
    public Optional<String> executable(long pid) {
        try (Proc proc = new Proc()) {
            byte[] link = proc.link(pid, "exe");
            String path = link == null ? "" : RawText.decode(link);
            // proc_pid_exe(5): so it ends when the file was replaced or removed since
            return path.isEmpty() || path.endsWith(" (deleted)") ? Optional.empty() : Optional.of(path);
        }
    }

    @Override
    public OptionalInt umask(long pid) {
        try (Proc proc = new Proc()) {
            if (!proc.read(pid, "status")) {
                return OptionalInt.empty();
            }
            // proc_pid_status(5), since Linux 4.7
            return new String(proc.bytes(), 0, proc.length(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.startsWith("Umask:"))
                    .mapToInt(line ->
                            Integer.parseInt(line.substring("Umask:".length()).strip(), 8))
                    .findFirst();
        }
    }

    @Override
    public Optional<String> workingDirectory(long pid) {
        try (Proc proc = new Proc()) {
            byte[] link = proc.link(pid, "cwd");
            return link == null ? Optional.empty() : Optional.of(RawText.decode(link));
        }
    }
}
