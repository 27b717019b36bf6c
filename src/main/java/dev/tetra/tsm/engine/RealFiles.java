package dev.tetra.tsm.engine;

import dev.tetra.tsm.spec.FileView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The file system as the rules look at it. */
final class RealFiles implements FileView {
    @Override
    public boolean isFile(String path) {
        try {
            return Files.isRegularFile(Path.of(path));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    @Override
    public boolean isExecutable(String path) {
        return isFile(path) && Files.isExecutable(Path.of(path));
    }

    @Override
    public byte[] head(String path, int limit) {
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            return in.readNBytes(limit);
        } catch (IOException | InvalidPathException e) {
            return new byte[0];
        }
    }

    @Override
    public List<String> names(String folder) {
        try (Stream<Path> entries = Files.list(Path.of(folder))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (IOException | InvalidPathException e) {
            return List.of();
        }
    }
}
