package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Masking;
import org.jdbi.v3.core.Handle;

/** Rows written by a tsm that did not yet note what may be shown of them. */
public final class OldRows {
    private static final int AT_ONCE = 500;

    private record Text(long key, String source, String name, String text) {}

    private final Handle handle;
    private final Masking masking;
    private final Fingerprints fingerprints;

    OldRows(Handle handle, Masking masking, Fingerprints fingerprints) {
        this.handle = handle;
        this.masking = masking;
        this.fingerprints = fingerprints;
    }

    /** Notes it for some hundred of them. Returns how many; 0 when there are no more. */
    public int mask() {
        return commands() + variables();
    }

    private int commands() {
        var rows = handle.createQuery("SELECT pk, command FROM tsm.process WHERE command_shown IS NULL LIMIT :most")
                .bind("most", AT_ONCE)
                .map((row, context) -> new Text(row.getLong(1), "", "", row.getString(2)))
                .list();
        rows.forEach(row -> handle.createUpdate("UPDATE tsm.process SET command_shown = :shown WHERE pk = :key")
                .bind("shown", masking.command(row.text()))
                .bind("key", row.key())
                .execute());
        return rows.size();
    }

    private int variables() {
        var rows = handle.createQuery("""
                        SELECT process_key, source, name, text FROM tsm.process_env WHERE shown IS NULL LIMIT :most
                        """)
                .bind("most", AT_ONCE)
                .map((row, context) -> new Text(row.getLong(1), row.getString(2), row.getString(3), row.getString(4)))
                .list();
        rows.forEach(row -> handle.createUpdate("""
                        UPDATE tsm.process_env SET shown = :shown, fingerprint = :fingerprint
                        WHERE process_key = :key AND source = :source AND name = :name
                        """)
                .bind("shown", masking.value(row.name(), row.text()))
                .bind("fingerprint", fingerprints.of(handle, row.text()))
                .bind("key", row.key())
                .bind("source", row.source())
                .bind("name", row.name())
                .execute());
        return rows.size();
    }
}
