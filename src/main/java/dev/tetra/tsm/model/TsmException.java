package dev.tetra.tsm.model;

import org.jspecify.annotations.Nullable;

/**
 * Everything that can go wrong for a user. Each kind knows its exit code; each instance says what was wrong with which
 * input, and in its hint what to do next. No stack trace of these reaches a user.
 */
@SuppressWarnings("serial")
public abstract sealed class TsmException extends RuntimeException {
    private final String hint;

    private TsmException(String message, String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    /** The process's exit code, as SPEC 16 lists them. */
    public abstract int exitCode();

    /** A stable word for programs. */
    public abstract String kind();

    /** What to do next; empty when there is nothing sensible to say. */
    public final String hint() {
        return hint;
    }

    @Override
    public final String getMessage() {
        String message = super.getMessage();
        return message == null ? kind() : message;
    }

    /** The same kind of error in other words; a bug in tsm stays as it is. */
    public final TsmException in(String message, String hint) {
        return switch (this) {
            case Failed _ -> new Failed(message, hint);
            case Exhausted _ -> new Exhausted(message, hint);
            case Usage _ -> new Usage(message, hint);
            case Ambiguous _ -> new Ambiguous(message, hint);
            case NotFound _ -> new NotFound(message, hint);
            case Conflict _ -> new Conflict(message, hint);
            case TimedOut _ -> new TimedOut(message, hint);
            case Unavailable _ -> new Unavailable(message, hint);
            case Internal _ -> this;
        };
    }

    /** The operation failed. Exit code 1. */
    public static final class Failed extends TsmException {
        public Failed(String message, String hint) {
            super(message, hint, null);
        }

        public Failed(String message, String hint, Throwable cause) {
            super(message, hint, cause);
        }

        @Override
        public int exitCode() {
            return 1;
        }

        @Override
        public String kind() {
            return "failed";
        }
    }

    /**
     * Something could not be done or looked at because the daemon or the machine has run out of descriptors or memory; it
     * may work at any later time. Exit code 1.
     */
    public static final class Exhausted extends TsmException {
        public Exhausted(String message, String hint) {
            super(message, hint, null);
        }

        @Override
        public int exitCode() {
            return 1;
        }

        @Override
        public String kind() {
            return "failed";
        }
    }

    /** Wrong use. Exit code 2. */
    public static final class Usage extends TsmException {
        public Usage(String message, String hint) {
            super(message, hint, null);
        }

        @Override
        public int exitCode() {
            return 2;
        }

        @Override
        public String kind() {
            return "usage";
        }
    }

    /** A target that fits several processes. Exit code 2. */
    public static final class Ambiguous extends TsmException {
        public Ambiguous(String message, String hint) {
            super(message, hint, null);
        }

        @Override
        public int exitCode() {
            return 2;
        }

        @Override
        public String kind() {
            return "ambiguous";
        }
    }

    /** No such process, service or channel. Exit code 3. */
    public static final class NotFound extends TsmException {
        public NotFound(String message, String hint) {
            super(message, hint, null);
        }

        @Override
        public int exitCode() {
            return 3;
        }

        @Override
        public String kind() {
            return "not-found";
        }
    }

    /** A port or a name is taken. Exit code 4. */
    public static final class Conflict extends TsmException {
        public Conflict(String message, String hint) {
            super(message, hint, null);
        }

        @Override
        public int exitCode() {
            return 4;
        }

        @Override
        public String kind() {
            return "conflict";
        }
    }

    /** Took too long. Exit code 5. */
    public static final class TimedOut extends TsmException {
        public TimedOut(String message, String hint) {
            super(message, hint, null);
        }

        @Override
        public int exitCode() {
            return 5;
        }

        @Override
        public String kind() {
            return "timeout";
        }
    }

    /** The daemon cannot be reached, cannot start, or cannot use its home. Exit code 69 (EX_UNAVAILABLE). */
    public static final class Unavailable extends TsmException {
        public Unavailable(String message, String hint) {
            super(message, hint, null);
        }

        public Unavailable(String message, String hint, Throwable cause) {
            super(message, hint, cause);
        }

        @Override
        public int exitCode() {
            return 69;
        }

        @Override
        public String kind() {
            return "unavailable";
        }
    }

    /** A bug in tsm. Exit code 70 (EX_SOFTWARE). */
    public static final class Internal extends TsmException {
        public Internal(String message, Throwable cause) {
            super(message, "this is a bug in tsm: 'tsm daemon logs' shows its trace", cause);
        }

        @Override
        public int exitCode() {
            return 70;
        }

        @Override
        public String kind() {
            return "internal";
        }
    }
}
