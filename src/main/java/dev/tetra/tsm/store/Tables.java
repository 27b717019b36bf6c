package dev.tetra.tsm.store;

import org.jdbi.v3.core.Handle;

/** Which tables have no rows, as a transaction sees it: what they would say need not be asked for. */
final class Tables {
    private final Handle handle;
    private final Remembered remembered;
    private final Writes writes;

    Tables(Handle handle, Remembered remembered, Writes writes) {
        this.handle = handle;
        this.remembered = remembered;
        this.writes = writes;
    }

    /** Whether a table has no rows; false also for one that this transaction has written. */
    boolean isEmpty(String table) {
        return !writes.has(table) && remembered.isEmpty(table, () -> look(table));
    }

    private boolean look(String table) {
        return handle.createQuery("SELECT 1 FROM tsm." + table + " FETCH FIRST ROW ONLY")
                .mapTo(Integer.class)
                .findOne()
                .isEmpty();
    }
}
