package dev.tetra.tsm.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pages of files that this program's own code is in, as far as they are mapped: the JVM's library and the cache of
 * classes. A start reads nearly all of them, what follows few. The kernel takes such pages away by itself only when
 * memory is short; until then they count as this program's. They stay in the kernel's cache of files, and the next
 * access maps them again without reading the disk. Used by one thread.
 *
 * <p>Only what can't be written and has no page of this program's own is dropped: such a page would be lost (madvise(2),
 * MADV_DONTNEED). Both files are mapped before the first class of this program is loaded, and as they are then for good,
 * so it is found out once. Other libraries are left alone: one that another thread is loading may have got its writable
 * part since.
 */
public final class FilePages {
    /** asm-generic/mman-common.h. */
    private static final int MADV_DONTNEED = 4;

    private static final int MADV_NOHUGEPAGE = 15;
    private static final Path STRETCHES = Path.of("/proc/self/smaps");
    private static final Path SUMS = Path.of("/proc/self/statm");
    private static final String CACHE = ".aot";
    private static final String JVM = "/libjvm.so";

    private @Nullable List<Stretch> stretches;

    /** A stretch of memory, in bytes. */
    private record Stretch(long from, long length) {}

    /**
     * How many pages of files are mapped now; 0 where that is not known (macOS).
     *
     * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html">proc_pid_statm(5)</a>
     */
    public long mapped() {
        try {
            return Long.parseLong(Files.readString(SUMS).split(" ", 4)[2]);
        } catch (IOException _) {
            return 0;
        }
    }

    /** Takes them off this program, where the machine can do that. */
    public void giveBack() {
        if (Platform.current() != Platform.LINUX) {
            return;
        }
        try (Frame frame = new Frame()) {
            if (stretches == null) {
                stretches = find();
                for (Stretch stretch : stretches) {
                    // where the kernel has a piece of 2 MiB in its cache, it would map all of it for one page
                    frame.call(Libc.Memory.MADVISE, stretch.from, stretch.length, MADV_NOHUGEPAGE);
                }
            }
            // advice: where it is refused, nothing is lost
            for (Stretch stretch : stretches) {
                frame.call(Libc.Memory.MADVISE, stretch.from, stretch.length, MADV_DONTNEED);
            }
        } catch (IOException _) {
            // without /proc the pages stay
        }
    }

    private static List<Stretch> find() throws IOException {
        List<Stretch> found = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(STRETCHES, StandardCharsets.ISO_8859_1)) {
            @Nullable Stretch candidate = null;
            String line = lines.readLine();
            while (line != null) {
                if (!Character.isUpperCase(line.charAt(0))) {
                    candidate = readOnly(line);
                } else if (candidate != null && line.startsWith("Anonymous:")) {
                    if (line.endsWith(" 0 kB")) {
                        found.add(candidate);
                    }
                    candidate = null;
                }
                line = lines.readLine();
            }
        }
        return found;
    }

    /** The first line of a stretch, such as {@code 7f00-7f10 r--p 00000000 fe:00 1234   /usr/lib/libjvm.so}. */
    private static @Nullable Stretch readOnly(String line) {
        boolean ours = line.endsWith(JVM) || line.endsWith(CACHE);
        String[] words = line.split(" ", 3);
        if (!ours || !words[1].startsWith("r-") || !words[1].endsWith("p")) {
            return null;
        }
        String[] ends = words[0].split("-", 2);
        long from = Long.parseUnsignedLong(ends[0], 16);
        return new Stretch(from, Long.parseUnsignedLong(ends[1], 16) - from);
    }
}
