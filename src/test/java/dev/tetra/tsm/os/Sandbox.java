package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;
import dev.tetra.tsm.model.Identity;
import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A host and a folder for one test class; ends everything it started. */
final class Sandbox implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(10);
    static final List<String> ENVIRONMENT = List.of("PATH=/usr/bin:/bin:/usr/local/bin", "LC_ALL=C.UTF-8");

    final Host host = Hosts.forThisMachine();
    final Path folder;
    private final List<Child> children = new ArrayList<>();

    /** A process and what was told of its end. */
    record Child(Identity identity, End told) {
        Exit end() {
            Await.until("the end of " + identity, SOON, () -> !told.all.isEmpty());
            return told.all.getFirst();
        }
    }

    /** Keeps what is told of an end. */
    static final class End implements Consumer<Exit> {
        final List<Exit> all = new CopyOnWriteArrayList<>();

        @Override
        public void accept(Exit how) {
            all.add(how);
        }
    }

    Sandbox() {
        try {
            folder = Files.createTempDirectory("tsm-os").toRealPath();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean exists(String name) {
        return Files.exists(folder.resolve(name));
    }

    void touch(String name) throws IOException {
        Files.createFile(folder.resolve(name));
    }

    SpawnRequest shell(String script) {
        return request("/bin/sh", List.of("sh", "-c", script));
    }

    SpawnRequest request(String executable, List<String> argv) {
        return new SpawnRequest(executable, argv, ENVIRONMENT, folder.toString(), out(), err(), 0022);
    }

    String out() {
        return folder.resolve("out.log").toString();
    }

    String err() {
        return folder.resolve("err.log").toString();
    }

    String written() {
        try {
            return Files.readString(Path.of(out()));
        } catch (IOException e) {
            return "";
        }
    }

    Child start(SpawnRequest request) throws SpawnException {
        End told = new End();
        Child child = new Child(host.spawn(request, told), told);
        children.add(child);
        return child;
    }

    Child start(String script) throws SpawnException {
        return start(shell(script));
    }

    /** Starts a process that is no child of ours, and returns who it is. */
    Identity stranger(String script) throws SpawnException {
        Path file = folder.resolve("stranger");
        SpawnRequest request = shell("setsid sh -c '" + script + "' & echo $! >stranger.new; mv stranger.new stranger");
        start(request).end();
        try {
            long pid = Long.parseLong(Files.readString(file).strip());
            return host.processes().get(pid).orElseThrow().identity(host.bootId());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Child child : children) {
            if (child.told.all.isEmpty()) {
                host.signalGroup(child.identity(), Signals.KILL);
                child.end();
            }
        }
        host.close();
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
