package dev.tetra.tsm.store;

import dev.tetra.tsm.model.ResultColumn;
import dev.tetra.tsm.model.RowSink;
import dev.tetra.tsm.model.WantOfMemory;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.h2.util.ScriptReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads the views, as the role that can do nothing else, on a connection of its own.
 *
 * <p>H2 keeps a result that is large in a file, so a result of any size is complete before its first row is given, and a
 * query that fails gives no row at all. One that is out of memory fails alone, see {@link WantOfMemory}.
 */
public final class Auditor {

    interface Login {
        Connection connect() throws SQLException;
    }

    private final Login login;
    private final MemoryGuard guard;

    Auditor(Login login, MemoryGuard guard) {
        this.login = login;
        this.guard = guard;
    }

    /** The statements of a script, in order, with their remarks, without those that are nothing else. */
    public static List<String> statements(String script) {
        List<String> statements = new ArrayList<>();
        ScriptReader reader = new ScriptReader(new StringReader(script));
        for (String next = reader.readStatement(); next != null; next = reader.readStatement()) {
            if (!isRemarks(next)) {
                statements.add(next);
            }
        }
        return statements;
    }

    /** Whether there is nothing in a text but remarks and white space. */
    private static boolean isRemarks(String text) {
        int at = 0;
        while (at < text.length()) {
            String end = text.startsWith("--", at) || text.startsWith("//", at) ? "\n" : "*/";
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (end.equals("\n") || text.startsWith("/*", at)) {
                int found = text.indexOf(end, at + 2);
                if (found < 0) {
                    // A line ends with the text; a remark between stars does not.
                    return end.equals("\n");
                }
                at = found + end.length();
            } else {
                return false;
            }
        }
        return true;
    }

    /**
     * Runs queries and gives their rows, when all of them have succeeded.
     *
     * @param variables what {@code @NAME} stands for in them
     * @param atMost how long they may take, without the time for which their rows are waited for
     * @param cancelWith hears how to cancel them
     * @param sinks asked once for each statement, in order
     * @throws SqlProblem when one cannot be run; no sink was asked for then
     * @throws IOException from a sink
     */
    public void read(
            List<String> statements,
            Map<String, String> variables,
            Duration atMost,
            Consumer<Runnable> cancelWith,
            Supplier<? extends RowSink> sinks)
            throws IOException {
        int alarms = guard.enter();
        try (Connection connection = connect()) {
            Cancelling cancelling = new Cancelling();
            cancelWith.accept(cancelling);
            setVariables(connection, variables);
            List<ResultSet> results = execute(connection, statements, atMost, cancelling, alarms);
            for (ResultSet result : results) {
                write(result, sinks.get());
            }
        } catch (SQLException e) {
            throw SqlProblems.of(e, 0, "", guard.alarms() > alarms);
        } catch (OutOfMemoryError e) {
            // One value was larger than all that is free, which the guard can't foresee; by now it is free again.
            throw SqlProblems.memory(0, e);
        } finally {
            guard.leave();
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = login.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TIME ZONE 'UTC'");
        }
        return connection;
    }

    private static void setVariables(Connection connection, Map<String, String> variables) throws SQLException {
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            try (PreparedStatement set = connection.prepareStatement("SET @" + variable.getKey() + " = ?")) {
                set.setString(1, variable.getValue());
                set.execute();
            }
        }
    }

    private List<ResultSet> execute(
            Connection connection, List<String> statements, Duration atMost, Cancelling cancelling, int alarms) {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<ResultSet> results = new ArrayList<>();
        for (int i = 0; i < statements.size(); i++) {
            try {
                PreparedStatement statement = connection.prepareStatement(statements.get(i));
                if (statement.getMetaData() == null) {
                    throw new SqlProblem(
                            SqlProblem.Kind.FORBIDDEN, "it is no query", null, i, 0, new SQLException("no query"));
                }
                cancelling.now(statement);
                long left = Math.max(deadline - System.nanoTime(), 1);
                statement.setQueryTimeout((int) Math.ceilDiv(left, 1_000_000_000L));
                results.add(statement.executeQuery());
            } catch (SQLException e) {
                throw SqlProblems.of(e, i, statements.get(i), guard.alarms() > alarms);
            }
        }
        cancelling.done();
        return results;
    }

    private static void write(ResultSet result, RowSink sink) throws SQLException, IOException {
        try (result) {
            ResultSetMetaData data = result.getMetaData();
            int width = data.getColumnCount();
            List<ResultColumn> columns = new ArrayList<>();
            for (int i = 1; i <= width; i++) {
                columns.add(
                        new ResultColumn(Values.label(data.getColumnLabel(i)), Values.number(data.getColumnType(i))));
            }
            sink.columns(columns);
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>(width);
                for (int i = 1; i <= width; i++) {
                    row.add(Values.read(result, i, data.getColumnType(i)));
                }
                sink.row(row);
            }
            sink.end();
        }
    }

    /** Cancels the statement that is being run, or the next one. */
    private static final class Cancelling implements Runnable {
        private @Nullable Statement present;
        private boolean cancelled;

        synchronized void now(Statement statement) throws SQLException {
            if (cancelled) {
                throw new SQLException("cancelled", "", org.h2.api.ErrorCode.STATEMENT_WAS_CANCELED);
            }
            present = statement;
        }

        synchronized void done() {
            present = null;
        }

        @Override
        public synchronized void run() {
            cancelled = true;
            if (present != null) {
                try {
                    present.cancel();
                } catch (SQLException e) {
                    // it has ended by itself
                    present = null;
                }
            }
        }
    }
}
