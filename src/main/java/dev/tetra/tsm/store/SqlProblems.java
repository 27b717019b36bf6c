package dev.tetra.tsm.store;

import dev.tetra.tsm.store.SqlProblem.Kind;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Makes one line of what H2 says. */
final class SqlProblems {
    private static final Set<Integer> NO_VIEW = Set.of(
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1,
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_WITH_CANDIDATES_2,
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_DATABASE_EMPTY_1,
            ErrorCode.SCHEMA_NOT_FOUND_1);
    private static final Set<Integer> FORBIDDEN =
            Set.of(ErrorCode.NOT_ENOUGH_RIGHTS_FOR_1, ErrorCode.ADMIN_RIGHTS_REQUIRED);
    private static final Set<Integer> SYNTAX = Set.of(ErrorCode.SYNTAX_ERROR_1, ErrorCode.SYNTAX_ERROR_2);

    /** Where H2 stopped reading. */
    private static final String MARK = "[*]";

    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"]|\"\")*)\"");
    private static final Pattern EXPECTED = Pattern.compile("; expected \"(.*)\"$", Pattern.DOTALL);
    private static final Pattern ENCODED = Pattern.compile("\"\"|\\\\(?:\\\\|[0-9a-f]{4})");
    private static final int MOST_EXPECTED = 120;

    private SqlProblems() {}

    static SqlProblem of(SQLException e, int statement, String sql, boolean memory) {
        String message = line(e);
        int code = e.getErrorCode();
        if (memory || code == ErrorCode.OUT_OF_MEMORY) {
            return memory(statement, e);
        }
        if (code == ErrorCode.STATEMENT_WAS_CANCELED) {
            return new SqlProblem(Kind.CANCELLED, "the query was cancelled", null, statement, -1, e);
        }
        if (SYNTAX.contains(code)) {
            return new SqlProblem(Kind.SYNTAX, syntax(message), null, statement, mark(message), e);
        }
        String name = name(message);
        int offset = name == null ? -1 : find(name, sql);
        if (FORBIDDEN.contains(code)) {
            return new SqlProblem(Kind.FORBIDDEN, message, name, statement, offset, e);
        }
        if (NO_VIEW.contains(code)) {
            return new SqlProblem(Kind.NO_SUCH_VIEW, message, name, statement, offset, e);
        }
        return new SqlProblem(
                code == ErrorCode.COLUMN_NOT_FOUND_1 ? Kind.NO_SUCH_COLUMN : Kind.DATA,
                message,
                name,
                statement,
                offset,
                e);
    }

    static SqlProblem memory(int statement, Throwable cause) {
        return new SqlProblem(Kind.MEMORY, "the query needs too much memory", null, statement, -1, cause);
    }

    private static String line(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf("; SQL statement:");
        return (end < 0 ? message.replaceAll(" \\[[0-9A-Z]+-[0-9]+]$", "") : message.substring(0, end)).strip();
    }

    private static String syntax(String message) {
        Matcher expected = EXPECTED.matcher(message);
        return expected.find() && expected.group(1).length() <= MOST_EXPECTED
                ? "the SQL is wrong; expected " + expected.group(1)
                : "the SQL is wrong";
    }

    private static int mark(String message) {
        int begin = message.indexOf('"') + 1;
        int mark = message.indexOf(MARK);
        // H2 doubles the quotes in what it quotes, and writes other characters as a backslash and four digits
        return mark < begin
                ? -1
                : ENCODED.matcher(message.substring(begin, mark))
                        .replaceAll("x")
                        .length();
    }

    private static @Nullable String name(String message) {
        Matcher quoted = QUOTED.matcher(message);
        if (!quoted.find()) {
            return null;
        }
        String name = quoted.group(1).replace("\"\"", "\"");
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static int find(String name, String sql) {
        Matcher found = Pattern.compile("(?<![\\w$])" + Pattern.quote(name.toLowerCase(Locale.ROOT)) + "(?![\\w$])")
                .matcher(sql.toLowerCase(Locale.ROOT));
        return found.find() ? found.start() : -1;
    }
}
