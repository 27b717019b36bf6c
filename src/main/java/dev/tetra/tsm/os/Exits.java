package dev.tetra.tsm.os;

import dev.tetra.tsm.model.Exit;

/** Reads how a process ended from what the kernel tells. */
final class Exits {
    /** CLD_EXITED of sigaction(2); CLD_KILLED is 2 and CLD_DUMPED is 3. The same on Linux and macOS. */
    private static final int CLD_EXITED = 1;

    private Exits() {}

    static Exit ofSiginfo(int code, int status) {
        return code == CLD_EXITED ? new Exit.Code(status & 0xff) : signalled(status & 0x7f);
    }

    /** From a wait status, as wait(2) composes it. */
    static Exit ofWaitStatus(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new Exit.Code(status >> 8 & 0xff) : signalled(signal);
    }

    private static Exit signalled(int signal) {
        return new Exit.Signalled(signal, Signals.name(signal));
    }
}
