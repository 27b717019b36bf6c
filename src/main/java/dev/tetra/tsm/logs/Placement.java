package dev.tetra.tsm.logs;

import org.jspecify.annotations.Nullable;

/**
 * Where one file's bytes are among all that were ever written to the log: an offset is a place in the file plus {@code
 * shift}. Offsets before {@code head} are in parts, or gone. Guarded by the lock of its {@link StoredLog}; one that
 * another file has replaced does not change any more.
 */
final class Placement {
    /** The file (device and inode); null until it is there. */
    @Nullable
    Object key;

    long shift;
    long head;
    /** The largest size seen, so that a file which was emptied is noticed. */
    long seen;

    Placement(@Nullable Object key, long offset) {
        this.key = key;
        this.shift = offset;
        this.head = offset;
    }

    /** The place in the file at which what is in no part begins. */
    long headInFile() {
        return head - shift;
    }
}
