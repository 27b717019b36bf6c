package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tetra.tsm.model.RawText;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Processes as libproc and sysctl of macOS tell them (sys/proc_info.h, sys/sysctl.h). Written from the headers and not
 * yet tried on a Mac.
 */
final class MacProcesses implements ProcessReader {
    private static final int PROC_PIDTBSDINFO = 3;
    private static final int PROC_PIDTASKINFO = 4;
    private static final int PROC_PIDVNODEPATHINFO = 9;
    private static final int BSDINFO_SIZE = 136;
    private static final int TASKINFO_SIZE = 96;
    private static final int VNODEPATHINFO_SIZE = 2352;
    private static final int VNODEPATHINFO_CWD = 152;
    private static final int MAXPATHLEN = 1024;
    private static final int CTL_KERN = 1;
    private static final int KERN_PROCARGS2 = 49;
    private static final int ARGS_MAX = 1 << 20;
    /** pbi_status (sys/proc.h: SIDL, SRUN, SSLEEP, SSTOP, SZOMB), in Linux's letters. */
    private static final String STATES = "?RRSTZ";

    private final String bootId;
    private final long timeNumerator;
    private final long timeDenominator;

    /** Only macOS has these. */
    private static final class Symbols {
        static final MemorySegment PIDINFO = Frame.symbol("proc_pidinfo");
        static final MemorySegment LISTALLPIDS = Frame.symbol("proc_listallpids");
        static final MemorySegment GETSID = Frame.symbol("getsid");
        static final MemorySegment SYSCTL = Frame.symbol("sysctl");
        static final MemorySegment SYSCTLBYNAME = Frame.symbol("sysctlbyname");
        static final MemorySegment TIMEBASE = Frame.symbol("mach_timebase_info");

        private Symbols() {}
    }

    /** What KERN_PROCARGS2 holds. */
    record Arguments(List<String> words, Map<String, String> environment) {}

    MacProcesses() {
        try (Frame frame = new Frame()) {
            MemorySegment text = frame.allocate(64);
            MemorySegment size = frame.allocate(8);
            size.set(JAVA_LONG, 0, 64);
            long name = frame.text("kern.bootsessionuuid");
            if (frame.call(Symbols.SYSCTLBYNAME, name, text.address(), size.address(), 0, 0) != 0) {
                throw new IllegalStateException("kern.bootsessionuuid: " + Errno.words(frame.errno()));
            }
            bootId = text.getString(0);
            // Times of a task are in units of the machine's clock: 1 ns on Intel, 125/3 ns on Apple's own.
            MemorySegment base = frame.allocate(8);
            frame.call(Symbols.TIMEBASE, base.address());
            timeNumerator = Integer.toUnsignedLong(base.get(JAVA_INT, 0));
            timeDenominator = Integer.toUnsignedLong(base.get(JAVA_INT, 4));
        }
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public @Nullable ProcessInfo read(long pid) {
        try (Frame frame = new Frame()) {
            return read(frame, frame.allocate(BSDINFO_SIZE), frame.allocate(TASKINFO_SIZE), pid);
        }
    }

    @Override
    public ProcessTable table() {
        try (Frame frame = new Frame()) {
            // New ones may come between the question and the answer.
            int room = frame.call(Symbols.LISTALLPIDS, 0, 0) + 256;
            MemorySegment pids = frame.allocate(room * 4L);
            int count = frame.call(Symbols.LISTALLPIDS, pids.address(), room * 4L);
            MemorySegment info = frame.allocate(BSDINFO_SIZE);
            MemorySegment task = frame.allocate(TASKINFO_SIZE);
            List<ProcessInfo> found = new ArrayList<>(Math.max(count, 0));
            for (int i = 0; i < count; i++) {
                ProcessInfo process = read(frame, info, task, pids.getAtIndex(JAVA_INT, i));
                if (process != null && process.pid() > 0) {
                    found.add(process);
                }
            }
            return new ProcessTable(found);
        }
    }

    private @Nullable ProcessInfo read(Frame frame, MemorySegment info, MemorySegment task, long pid) {
        // The argument 1 asks for zombies too.
        int size = frame.call(Symbols.PIDINFO, pid, PROC_PIDTBSDINFO, 1, info.address(), BSDINFO_SIZE);
        if (size < BSDINFO_SIZE) {
            return null;
        }
        task.fill((byte) 0);
        // Fails for other users' processes, which then show no use.
        frame.call(Symbols.PIDINFO, pid, PROC_PIDTASKINFO, 0, task.address(), TASKINFO_SIZE);
        int status = info.get(JAVA_INT, 4);
        long cpu = (task.get(JAVA_LONG, 16) + task.get(JAVA_LONG, 24)) * timeNumerator / timeDenominator;
        return new ProcessInfo(
                pid,
                info.get(JAVA_INT, 16),
                info.get(JAVA_INT, 100),
                frame.call(Symbols.GETSID, pid),
                Integer.toUnsignedLong(info.get(JAVA_INT, 20)),
                status > 0 && status < STATES.length() ? STATES.charAt(status) : '?',
                info.get(JAVA_LONG, 120) * 1_000_000 + info.get(JAVA_LONG, 128),
                cpu,
                0,
                task.get(JAVA_LONG, 8),
                cString(info, 48, 16));
    }

    private static String cString(MemorySegment segment, long offset, int room) {
        byte[] bytes = segment.asSlice(offset, room).toArray(JAVA_BYTE);
        int end = 0;
        while (end < room && bytes[end] != 0) {
            end++;
        }
        return RawText.decode(bytes, 0, end);
    }

    @Override
    public Optional<Map<String, String>> environment(long pid) {
        return arguments(pid).map(Arguments::environment);
    }

    @Override
    public Optional<String> environmentVariable(long pid, String name) {
        return environment(pid).map(all -> all.get(name));
    }

    @Override
    public List<String> commandLine(long pid) {
        return arguments(pid).map(Arguments::words).orElse(List.of());
    }

    private static Optional<Arguments> arguments(long pid) {
        try (Frame frame = new Frame()) {
            MemorySegment name = frame.allocate(12);
            name.setAtIndex(JAVA_INT, 0, CTL_KERN);
            name.setAtIndex(JAVA_INT, 1, KERN_PROCARGS2);
            name.setAtIndex(JAVA_INT, 2, (int) pid);
            MemorySegment text = frame.allocate(ARGS_MAX);
            MemorySegment size = frame.allocate(8);
            size.set(JAVA_LONG, 0, ARGS_MAX);
            if (frame.call(Symbols.SYSCTL, name.address(), 3, text.address(), size.address(), 0, 0) != 0) {
                return Optional.empty();
            }
            byte[] bytes = text.asSlice(0, size.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
            return bytes.length < 4 ? Optional.empty() : Optional.of(parse(bytes, text.get(JAVA_INT, 0)));
        }
    }

    /** The number of words, the program's path, NUL bytes, the words, the environment up to an empty entry. */
    static Arguments parse(byte[] bytes, int count) {
        int at = 4;
        while (at < bytes.length && bytes[at] != 0) {
            at++;
        }
        while (at < bytes.length && bytes[at] == 0) {
            at++;
        }
        List<String> words = new ArrayList<>();
        Map<String, String> environment = new LinkedHashMap<>();
        while (at < bytes.length) {
            int end = at;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            String entry = RawText.decode(bytes, at, end - at);
            if (words.size() < count) {
                words.add(entry);
            } else if (entry.isEmpty()) {
                break;
            } else if (entry.indexOf('=') > 0) {
                int equals = entry.indexOf('=');
                environment.putIfAbsent(entry.substring(0, equals), entry.substring(equals + 1));
            }
            at = end + 1;
        }
        return new Arguments(words, environment);
    }

    @Override
    public Optional<String> workingDirectory(long pid) {
        try (Frame frame = new Frame()) {
            MemorySegment info = frame.allocate(VNODEPATHINFO_SIZE);
            int size = frame.call(Symbols.PIDINFO, pid, PROC_PIDVNODEPATHINFO, 0, info.address(), VNODEPATHINFO_SIZE);
            return size < VNODEPATHINFO_SIZE
                    ? Optional.empty()
                    : Optional.of(cString(info, VNODEPATHINFO_CWD, MAXPATHLEN));
        }
    }
}
