package dev.tetra.tsm.store;

import org.jspecify.annotations.Nullable;

/** What is wrong with a query of the auditor. */
@SuppressWarnings("serial")
public final class SqlProblem extends RuntimeException {
    /** The sort of it. */
    public enum Kind {
        /** It is no SQL. */
        SYNTAX,
        /** It names a view that there is not. */
        NO_SUCH_VIEW,
        /** It names a column that there is not. */
        NO_SUCH_COLUMN,
        /** It would do something else than read the views. */
        FORBIDDEN,
        /** It took too long, or its client went away. */
        CANCELLED,
        /** It needed more memory than there is for it. */
        MEMORY,
        /** Its data are not fit for it, such as a division by zero. */
        DATA
    }

    private final Kind kind;
    private final @Nullable String name;
    private final int statement;
    private final int offset;

    SqlProblem(Kind kind, String message, @Nullable String name, int statement, int offset, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.name = name;
        this.statement = statement;
        this.offset = offset;
    }

    /** The sort of it. */
    public Kind kind() {
        return kind;
    }

    /** The name that is wrong, if it is about one. */
    public @Nullable String name() {
        return name;
    }

    /** Which statement, from 0. */
    public int statement() {
        return statement;
    }

    /** Where in that statement, from 0; -1 when that is not known. */
    public int offset() {
        return offset;
    }
}
