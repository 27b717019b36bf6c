package dev.tetra.tsm.spec;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Files that are only in memory. */
final class FakeFiles implements FileView {
    private final Map<String, String> contents = new HashMap<>();
    private final Set<String> executable = new HashSet<>();
    private final Set<String> folders = new HashSet<>();

    FakeFiles file(String path, String content) {
        contents.put(path, content);
        return this;
    }

    FakeFiles folder(String path) {
        folders.add(path);
        return this;
    }

    FakeFiles program(String path, String content) {
        executable.add(path);
        return file(path, content);
    }

    /** Programs of these names in {@code /usr/bin}. */
    FakeFiles programs(String... names) {
        for (String name : names) {
            program("/usr/bin/" + name, "\u007fELF");
        }
        return this;
    }

    /** A caller in the folder with {@code PATH=/usr/local/bin:/usr/bin}. */
    SearchPath in(String cwd) {
        return new SearchPath(cwd, "/usr/local/bin:/usr/bin", this);
    }

    @Override
    public boolean isFile(String path) {
        return contents.containsKey(path);
    }

    @Override
    public boolean isExecutable(String path) {
        return executable.contains(path);
    }

    @Override
    public boolean isFolder(String path) {
        return folders.contains(path) || !names(path).isEmpty();
    }

    @Override
    public byte[] head(String path, int limit) {
        byte[] bytes = contents.getOrDefault(path, "").getBytes(StandardCharsets.UTF_8);
        return bytes.length <= limit ? bytes : java.util.Arrays.copyOf(bytes, limit);
    }

    @Override
    public List<String> names(String folder) {
        return contents.keySet().stream()
                .filter(p -> p.startsWith(folder + "/"))
                .map(p -> p.substring(folder.length() + 1))
                .toList();
    }
}
