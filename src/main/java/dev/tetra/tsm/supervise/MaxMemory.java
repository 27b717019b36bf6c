package dev.tetra.tsm.supervise;

import dev.tetra.tsm.model.ManagedProcess;
import dev.tetra.tsm.model.RunCause;
import dev.tetra.tsm.model.Status;

/** Ends a run whose tree uses more memory than it may. */
final class MaxMemory implements Attendant {
    private final MemoryLooks looks;
    private final Teller teller;
    private long key = -1;
    private long toldOf = -1;

    MaxMemory(MemoryLooks looks, Teller teller) {
        this.looks = looks;
        this.teller = teller;
    }

    @Override
    public void follow(ManagedProcess followed) {
        // Of two, the new run is the one that can still be given up.
        ManagedProcess process = followed.withoutStandby();
        key = process.key();
        boolean runs = process.status() == Status.ONLINE || process.status() == Status.STARTING;
        if (runs && process.pid() != null) {
            looks.at(process, this);
        } else {
            looks.forget(key);
        }
    }

    /** What its tree uses was looked at; on the thread of the looks. */
    void looked(ManagedProcess process, long bytes) {
        long most = process.spec().supervision().triggers().maxMemory();
        long generation = process.life().generation();
        if (bytes > most && toldOf != generation) {
            toldOf = generation;
            teller.tell(
                    generation,
                    new Happening.RestartNeeded(
                            RunCause.MEMORY, "uses " + megabytes(bytes) + ", limit " + megabytes(most)));
        }
    }

    private static String megabytes(long bytes) {
        long kilobytes = bytes >> 10;
        return kilobytes < 10_240 ? kilobytes + " KB" : (kilobytes >> 10) + " MB";
    }

    @Override
    public void close() {
        looks.forget(key);
    }
}
