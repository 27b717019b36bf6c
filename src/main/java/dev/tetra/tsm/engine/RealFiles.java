package dev.tetra.tsm.engine;

import dev.tetra.tsm.model.RawText;
import dev.tetra.tsm.spec.FileView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The file system as the rules look at it. */
final class RealFiles implements FileView {
    @Override
    public boolean isFile(String path) {
        return RawText.path(path).filter(Files::isRegularFile).isPresent();
    }

    @Override
    public boolean isExecutable(String path) {
        return RawText.path(path)
                .filter(Files::isRegularFile)
                .filter(Files::isExecutable)
                .isPresent();
    }

    @Override
    public boolean isFolder(String path) {
        return RawText.path(path).filter(Files::isDirectory).isPresent();
    }

    @Override
    public byte[] head(String path, int limit) {
        Optional<Path> file = RawText.path(path);
        if (file.isEmpty()) {
            return new byte[0];
        }
        try (InputStream in = Files.newInputStream(file.get())) {
            return in.readNBytes(limit);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    @Override
    public List<String> names(String folder) {
        Optional<Path> path = RawText.path(folder);
        if (path.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path.get())) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
