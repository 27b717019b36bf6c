package dev.tetra.tsm.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.model.Ulimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** By the C library, and on Linux by /proc. */
final class UnixRights implements Rights {
    private static final List<String> SYSTEM = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");
    /** Within struct passwd and struct group of glibc, musl and macOS alike. */
    private static final long ID = 16;

    private static final long GROUP_ID = 20;
    private static final boolean MAC = System.getProperty("os.name", "").startsWith("Mac");
    /** macOS has the times of expiry and the class between (getpwnam(3)). */
    private static final long HOME = MAC ? 48 : 32;

    private static final long SHELL = HOME + 8;
    private static final long LARGEST = 64;
    private static final int LONGEST_TEXT = 4096;

    @Override
    public boolean superuser() {
        try (Frame frame = new Frame()) {
            return frame.call(Libc.Rights.GETEUID) == 0;
        }
    }

    @Override
    public int niceness() {
        try (Frame frame = new Frame()) {
            return frame.call(Libc.Rights.GETPRIORITY, 0, 0);
        }
    }

    @Override
    public OptionalLong highest(Ulimit.Resource resource) {
        try {
            if (superuser()) {
                // setrlimit(2): nobody may go above what the kernel allocates; all else root may raise.
                return resource == Ulimit.Resource.NOFILE
                        ? OptionalLong.of(
                                Long.parseLong(lines("/proc/sys/fs/nr_open").getFirst()))
                        : OptionalLong.empty();
            }
            return lines("/proc/self/limits").stream()
                    .filter(line -> line.startsWith(row(resource)))
                    .map(line -> line.substring(row(resource).length()).strip().split(" +", 3)[1])
                    .filter(hard -> !hard.equals("unlimited"))
                    .mapToLong(Long::parseLong)
                    .findFirst();
        } catch (IOException | NumberFormatException | NoSuchElementException e) {
            return OptionalLong.empty();
        }
    }

    /** Such a file gives all it has to one read of enough, and to smaller ones only the beginning of it. */
    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of(file), StandardCharsets.US_ASCII);
    }

    /** proc_pid_limits(5). */
    private static String row(Ulimit.Resource resource) {
        return switch (resource) {
            case NOFILE -> "Max open files";
            case NPROC -> "Max processes";
            case CORE -> "Max core file size";
            case AS -> "Max address space";
            case CPU -> "Max cpu time";
            case FSIZE -> "Max file size";
            case MEMLOCK -> "Max locked memory";
            case STACK -> "Max stack size";
            case DATA -> "Max data size";
        };
    }

    /** The C library answers in memory of its own, which the next question overwrites. */
    @Override
    public synchronized Optional<User> user(String nameOrNumber) {
        try (Frame frame = new Frame()) {
            MemorySegment row = row(frame, Libc.Rights.GETPWNAM, Libc.Rights.GETPWUID, nameOrNumber);
            return row == null
                    ? Optional.empty()
                    : Optional.of(new User(
                            text(row, 0),
                            Integer.toUnsignedLong(row.get(JAVA_INT, ID)),
                            Integer.toUnsignedLong(row.get(JAVA_INT, GROUP_ID)),
                            text(row, HOME),
                            text(row, SHELL)));
        }
    }

    @Override
    public synchronized OptionalLong group(String nameOrNumber) {
        try (Frame frame = new Frame()) {
            MemorySegment row = row(frame, Libc.Rights.GETGRNAM, Libc.Rights.GETGRGID, nameOrNumber);
            return row == null ? OptionalLong.empty() : OptionalLong.of(Integer.toUnsignedLong(row.get(JAVA_INT, ID)));
        }
    }

    private static @Nullable MemorySegment row(
            Frame frame, MemorySegment byName, MemorySegment byNumber, String nameOrNumber) {
        long found = frame.callLong(byName, frame.text(nameOrNumber));
        if (found == 0 && nameOrNumber.matches("[0-9]{1,9}")) {
            found = frame.callLong(byNumber, Long.parseLong(nameOrNumber));
        }
        return found == 0 ? null : MemorySegment.ofAddress(found).reinterpret(LARGEST);
    }

    private static String text(MemorySegment row, long offset) {
        MemorySegment bytes = row.get(ADDRESS, offset).reinterpret(LONGEST_TEXT);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (long i = 0; bytes.get(JAVA_BYTE, i) != 0; i++) {
            text.write(bytes.get(JAVA_BYTE, i));
        }
        return RawText.decode(text.toByteArray());
    }

    @Override
    public Optional<String> tool(String name) {
        return SYSTEM.stream()
                .map(folder -> folder + "/" + name)
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst();
    }
}
