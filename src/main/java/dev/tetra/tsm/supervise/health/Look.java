package dev.tetra.tsm.supervise.health;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One way to see whether a process is well. */
@FunctionalInterface
interface Look {
    /**
     * Looks once, without keeping the caller waiting.
     *
     * @param seen takes how it turned out, once, on any thread; may be called before this returns
     */
    void begin(Consumer<Result> seen);

    /** What it looks at, if it is over in a moment and costs less together with others; else null. */
    default @Nullable Object target() {
        return null;
    }

    /** A look that takes its time, or fails by throwing. */
    @FunctionalInterface
    interface Waiting {
        /** How a look turned out; what fails in any way is a result too. On a thread which it may keep waiting. */
        Result now() throws Exception;
    }

    /** How a look can turn out. */
    enum Verdict {
        GOOD,
        BAD,
        /** Something else was seen than what was asked for, so it counts neither way. */
        OPEN
    }

    /**
     * How a look turned out.
     *
     * @param message in words, without the question
     */
    record Result(Verdict verdict, String message) {
        private static final int LONGEST = 300;

        public Result {
            // Most are a few plain words, and there is one a look.
            String line = plain(message) ? message : message.strip().replaceAll("\\s+", " ");
            message = line.length() <= LONGEST ? line : line.substring(0, LONGEST);
        }

        private static boolean plain(String text) {
            boolean space = true;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c < ' ' || c > '~' || (c == ' ' && space)) {
                    return false;
                }
                space = c == ' ';
            }
            return !space || text.isEmpty();
        }

        boolean good() {
            return verdict == Verdict.GOOD;
        }

        boolean open() {
            return verdict == Verdict.OPEN;
        }

        static Result of(boolean good, String message) {
            return new Result(good ? Verdict.GOOD : Verdict.BAD, message);
        }

        static Result good(String message) {
            return new Result(Verdict.GOOD, message);
        }

        static Result bad(String message) {
            return new Result(Verdict.BAD, message);
        }

        static Result open(String message) {
            return new Result(Verdict.OPEN, message);
        }

        /** A look that failed by throwing. */
        static Result failed(Exception e) {
            String message = e.getMessage();
            return bad(message == null ? e.getClass().getSimpleName() : message);
        }
    }
}
