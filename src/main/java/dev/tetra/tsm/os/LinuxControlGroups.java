package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** By the files of the cgroup2 file system (Documentation/admin-guide/cgroup-v2.rst of the kernel). */
final class LinuxControlGroups implements ControlGroups {
    /** The period over which the kernel counts processor time, in microseconds: its own default. */
    private static final int PERIOD = 100_000;

    private static final String CONTROL = "cgroup.subtree_control";
    private static final String PROCS = "cgroup.procs";

    /** New processes may appear while the old are moved. */
    private static final int MOVES = 100;

    private final GivenGroup given;

    LinuxControlGroups(GivenGroup given) {
        this.given = given;
    }

    @Override
    public Path base(String name, Allowance allowance) {
        GivenGroup.Found found = given.find(allowance);
        try {
            handDown(found, allowance);
            Path base = found.group().resolve(name);
            if (!Files.isDirectory(base)) {
                Files.createDirectory(base);
            }
            enable(base, allowance);
            return base;
        } catch (IOException e) {
            throw new TsmException.Usage(
                    allowance.grouping() + ": the control group " + found.shown() + " cannot be prepared: " + why(e),
                    "'tsm daemon logs' may say more; --max-memory needs no control group");
        }
    }

    private static void handDown(GivenGroup.Found found, Allowance allowance) throws IOException {
        Path group = found.group();
        if (words(group.resolve(CONTROL)).containsAll(allowance.controllers())) {
            return;
        }
        // The kernel's own root may have processes and children with limits.
        boolean root = Files.notExists(group.resolve("cgroup.type"));
        Path leaf = group.resolve(GivenGroup.LEAF);
        if (!root && !Files.isDirectory(leaf)) {
            Files.createDirectory(leaf);
        }
        for (int tries = 1; ; tries++) {
            if (!root) {
                move(group, leaf);
            }
            try {
                enable(group, allowance);
                return;
            } catch (IOException e) {
                if (root
                        || tries == MOVES
                        || Files.readString(group.resolve(PROCS)).isBlank()) {
                    throw e;
                }
            }
        }
    }

    private static void move(Path from, Path to) throws IOException {
        IOException refused = null;
        for (String pid : Files.readAllLines(from.resolve(PROCS))) {
            try {
                write(to.resolve(PROCS), pid);
            } catch (IOException e) {
                // It may have ended meanwhile.
                refused =
                        new IOException("process " + pid + " cannot be moved into " + GivenGroup.LEAF + ": " + why(e));
            }
        }
        if (refused != null && !Files.readString(from.resolve(PROCS)).isBlank()) {
            throw refused;
        }
    }

    private static void enable(Path group, Allowance allowance) throws IOException {
        for (String controller : allowance.controllers()) {
            write(group.resolve(CONTROL), "+" + controller);
        }
    }

    @Override
    public Path make(Path base, String name, Allowance allowance) throws IOException {
        Path group = base.resolve(name);
        if (!Files.isDirectory(group)) {
            Files.createDirectory(group);
        }
        try {
            Integer cpu = allowance.milliCpus();
            if (cpu != null) {
                write(group.resolve("cpu.max"), cpu * (long) (PERIOD / 1000) + " " + PERIOD);
            }
            Long memory = allowance.memory();
            if (memory != null) {
                write(group.resolve("memory.max"), memory.toString());
                // Else a program over its limit would only get slower, for as long as there is swap.
                writeIfThere(group.resolve("memory.swap.max"), "0");
                // A run of which the kernel has killed a part is no better than one that is gone, and not noticed.
                writeIfThere(group.resolve("memory.oom.group"), "1");
            }
            return group;
        } catch (IOException e) {
            remove(group);
            throw new IOException("the control group " + group + " cannot be made: " + why(e), e);
        }
    }

    @Override
    public boolean takes(Path base, Allowance allowance) {
        try {
            return Files.isWritable(base)
                    && words(base.resolve(CONTROL)).containsAll(allowance.controllers())
                    && given.reaches(base);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public Path entrance(Path group) {
        return group.resolve(PROCS);
    }

    @Override
    public List<String> in(Path base) {
        try (Stream<Path> all = Files.list(base)) {
            return all.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public long killedForMemory(Path group) {
        // oom_kill counts kills for the memory of the machine, too; oom only those for want of what the group may have.
        return event(group, "oom") > 0 ? event(group, "oom_kill") : 0;
    }

    @Override
    public OptionalLong memoryLimit(Path group) {
        try {
            String most = Files.readString(group.resolve("memory.max")).strip();
            return most.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(most)) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static long event(Path group, String name) {
        try {
            return Files.readAllLines(group.resolve("memory.events")).stream()
                    .filter(line -> line.matches(name + " [0-9]{1,18}"))
                    .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void kill(Path group) {
        try {
            writeIfThere(group.resolve("cgroup.kill"), "1");
        } catch (IOException e) {
            // It is gone, or a kernel before 5.14: whoever asks has signalled what it knows of itself.
            return;
        }
    }

    @Override
    public boolean remove(Path group) {
        in(group).forEach(child -> remove(group.resolve(child)));
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The words of a file. */
    static List<String> words(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }

    private static void writeIfThere(Path file, String text) throws IOException {
        if (Files.exists(file)) {
            write(file, text);
        }
    }

    /** In one call, as the kernel wants it, and without making the file. */
    private static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }

    /** What the system said, without the path. */
    static String why(@Nullable Exception e) {
        if (e instanceof NoSuchFileException) {
            return "it is not there";
        }
        String reason = e instanceof FileSystemException failure ? failure.getReason() : null;
        return reason != null ? reason : e == null || e.getMessage() == null ? "it failed" : e.getMessage();
    }
}
