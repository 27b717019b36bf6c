package dev.tetra.tsm.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A daemon that is not there. */
record NoDaemon(Path home) implements DaemonControl {
    @Override
    public Status status() {
        return new Status(1, "0.1.0", "0.1.0+20260102030405", home, Duration.ZERO, 0, 0, 0, List.of());
    }

    @Override
    public void stopAfterAnswer() {}

    @Override
    public void replaceAfterAnswer() {}

    @Override
    public Path log() {
        return home.resolve("daemon.log");
    }

    @Override
    public List<String> untoldNotices() {
        return List.of();
    }
}
