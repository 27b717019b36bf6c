package dev.tetra.tsm.store;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/** Which tables a transaction has written. Used by the transaction's thread. */
final class Writes implements SqlLogger {
    /** In place of a table: a statement was not understood, and may have written any. */
    static final String ANY = "";

    private static final Pattern TABLE =
            Pattern.compile("(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO)\\s+tsm\\.(\\w+)", Pattern.CASE_INSENSITIVE);
    /** Written all the time, and no part of {@link Processes#all}. What is not named here counts. */
    private static final Set<String> BESIDE =
            Set.of("command", "event", "observed_port", "sample", "setting", "wanted_span");

    private final Remembered remembered;
    private final Set<String> tables = new HashSet<>();

    Writes(Remembered remembered) {
        this.remembered = remembered;
    }

    @Override
    public void logBeforeExecution(StatementContext context) {
        String sql = context.getRenderedSql();
        if (!sql.startsWith("SELECT")) {
            String table = table(sql);
            if (tables.add(table)) {
                remembered.writing(table);
            }
        }
    }

    /** The table that a statement writes. */
    static String table(String sql) {
        Matcher table = TABLE.matcher(sql);
        return table.lookingAt() ? table.group(1).toLowerCase(Locale.ROOT) : ANY;
    }

    /** Whether processes are made of that table's rows. */
    static boolean ofProcesses(String table) {
        return !BESIDE.contains(table);
    }

    /** What was written, or may have been. */
    Set<String> tables() {
        return tables;
    }

    /** Whether it has written anything of which processes are made: the transaction then sees what nobody else sees. */
    boolean ofProcesses() {
        return !tables.isEmpty() && tables.stream().anyMatch(Writes::ofProcesses);
    }

    /** Whether it has written that table, or may have. */
    boolean has(String table) {
        return tables.contains(table) || tables.contains(ANY);
    }
}
