package dev.tetra.tsm.testing;

import dev.tetra.tsm.os.Host;
import dev.tetra.tsm.os.Hosts;

/** The machine, opened once for all tests of a program that share it: its reaper waits for every child. */
public final class OneHost {
    private static final Host HOST = Hosts.forThisMachine();

    private OneHost() {}

    public static Host get() {
        return HOST;
    }
}
