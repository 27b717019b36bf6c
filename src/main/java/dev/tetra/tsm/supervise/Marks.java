package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.Run;
import dev.tetra.tsm.os.SpawnRequest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks of what was executed: empty files, each of which the new process makes itself before it becomes the program. One is
 * there from the spawn until that is committed. A daemon that finds a run of which only the decision is committed, and
 * nothing alive, knows by its mark whether it was executed and is over, and so must not be executed again.
 */
final class Marks {
    private static final Logger LOG = LoggerFactory.getLogger(Marks.class);
    private static final String FOLDER = "executed";
    /** The run's token and the process's key. */
    private static final Pattern PROGRAM = Pattern.compile("([0-9a-f]+)[.]([0-9]{1,18})");

    private final Path folder;

    /** Those of a home. */
    Marks(Path home) {
        this.folder = home.resolve(FOLDER);
    }

    /**
     * What is to be executed, with a mark.
     *
     * @param command the command around the run; null for the program itself
     * @throws IOException when there is no folder for it, and none can be made
     */
    SpawnRequest on(SpawnRequest request, Run run, AroundRun.@Nullable Kind command) throws IOException {
        if (!Files.isDirectory(folder)) {
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(folder)) {
                    throw e;
                }
            }
        }
        return request.marking(file(run, command).toString());
    }

    /** Whether it was executed; also false when that was committed. */
    boolean has(Run run, AroundRun.@Nullable Kind command) {
        return Files.exists(file(run, command));
    }

    /** It is committed that it was executed, or it could not be executed. */
    void remove(Run run, AroundRun.@Nullable Kind command) {
        try {
            Files.deleteIfExists(file(run, command));
        } catch (IOException e) {
            // It says what the database says too, and goes when a daemon starts.
            LOG.debug("a mark stays: {}", e.getMessage());
        }
    }

    /** Removes what a daemon before this one has left, but for those of runs with these tokens. */
    void keepOnly(Set<String> tokens) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path mark : all) {
                String token = mark.getFileName().toString().replaceFirst("[.].*", "");
                if (!tokens.contains(token)) {
                    Files.deleteIfExists(mark);
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be tidied: {}", folder, e.getMessage());
        }
    }

    /** A program that was executed. */
    record Executed(String token, long processKey) {}

    /** Those of programs that are there. */
    List<Executed> executed() {
        List<Executed> all = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return all;
        }
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(folder)) {
            for (Path mark : marks) {
                Matcher name = PROGRAM.matcher(mark.getFileName().toString());
                if (name.matches()) {
                    all.add(new Executed(name.group(1), Long.parseLong(name.group(2))));
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", folder, e.getMessage());
        }
        return all;
    }

    private Path file(Run run, AroundRun.@Nullable Kind command) {
        return folder.resolve(run.token() + "." + (command == null ? run.processKey() : command.word()));
    }
}
