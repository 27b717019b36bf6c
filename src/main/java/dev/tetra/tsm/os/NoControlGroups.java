package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Allowance;
import dev.tetra.tsm.model.TsmException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Of a system that has none. */
final class NoControlGroups implements ControlGroups {
    @Override
    public Path base(String name, Allowance allowance) {
        throw new TsmException.Usage(
                allowance.grouping() + " needs control groups, which only Linux has",
                "leave it out; --max-memory restarts what takes too much on every system");
    }

    @Override
    public Path make(Path base, String name, Allowance allowance) throws IOException {
        throw new IOException("this system has no control groups");
    }

    @Override
    public boolean takes(Path base, Allowance allowance) {
        return false;
    }

    @Override
    public OptionalLong memoryLimit(Path group) {
        return OptionalLong.empty();
    }

    @Override
    public Path entrance(Path group) {
        return group;
    }

    @Override
    public List<String> in(Path base) {
        return List.of();
    }

    @Override
    public long killedForMemory(Path group) {
        return 0;
    }

    @Override
    public void kill(Path group) {}

    @Override
    public boolean remove(Path group) {
        return true;
    }
}
