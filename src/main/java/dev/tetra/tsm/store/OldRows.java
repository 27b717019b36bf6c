package dev.tetra.tsm.store;

import dev.tetra.tsm.model.Masking;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** Rows written by a tsm that did not yet note what may be shown of them, or noted it by other rules. */
public final class OldRows {
    private static final int AT_ONCE = 500;
    private static final String RULES = "masking-rules";

    private record Text(long key, String source, String name, String text) {}

    private final Handle handle;
    private final Masking masking;
    private final Fingerprints fingerprints;

    OldRows(Handle handle, Masking masking, Fingerprints fingerprints) {
        this.handle = handle;
        this.masking = masking;
        this.fingerprints = fingerprints;
    }

    /**
     * Has it noted anew for all rows when the rules are others than those by which it was: at once where rows are few, and for the
     * others by {@link #mask}, until which nothing of them is shown.
     *
     * @param fields what may be shown of a service's field, by its name and its value
     */
    public void follow(BinaryOperator<String> fields) {
        Settings settings = new Settings(handle);
        if (settings.get(RULES).filter(masking.rules()::equals).isPresent()) {
            return;
        }
        handle.execute("UPDATE tsm.process SET command_shown = NULL");
        handle.execute("UPDATE tsm.process_env SET shown = NULL");
        for (String field : texts("tsm.service_field", "name", "TRUE")) {
            note("tsm.service_field", "text", "shown", "name = '" + field + "'", text -> fields.apply(field, text));
        }
        String web = "LOWER(target) LIKE 'http://%' OR LOWER(target) LIKE 'https://%'";
        note("tsm.hook", "target", "shown", "(" + web + ")", masking::text);
        note("tsm.hook", "target", "shown", "NOT (" + web + ")", masking::command);
        note("tsm.probe", "target", "target_shown", "kind <> 'log'", masking::line);
        for (String command : List.of("pre_start", "stop_command", "post_stop")) {
            note("tsm.process_limit", command, command + "_shown", command + " IS NOT NULL", masking::command);
        }
        settings.put(RULES, masking.rules());
    }

    /** Notes it for some hundred of them. Returns how many; 0 when there are no more. */
    public int mask() {
        return commands() + variables();
    }

    private void note(String table, String text, String shown, String which, UnaryOperator<String> mask) {
        for (String each : texts(table, text, which)) {
            handle.createUpdate(
                            "UPDATE " + table + " SET " + shown + " = :shown WHERE " + text + " = :text AND " + which)
                    .bind("shown", mask.apply(each))
                    .bind("text", each)
                    .execute();
        }
    }

    private List<String> texts(String table, String column, String which) {
        return handle.createQuery("SELECT DISTINCT " + column + " FROM " + table + " WHERE " + which)
                .mapTo(String.class)
                .list();
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
