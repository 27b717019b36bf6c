package dev.tetra.tsm.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a process needs before it is run.
 *
 * @param name the name of a process or of a service
 * @param condition what must be so of it; null: ready where it has a readiness probe, else started
 */
public record Dependency(String name, @Nullable Condition condition) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._][A-Za-z0-9._-]*");

    /** What must be so of what is needed. */
    public enum Condition {
        /** It is online, by its readiness probe where it has one. */
        READY,
        /** It was executed. */
        STARTED,
        /** It has ended with success. */
        COMPLETED;

        /** The word shown to users and stored. */
        public String word() {
            return Words.of(this);
        }
    }

    public Dependency {
        if (!NAME.matcher(name).matches()) {
            throw new TsmException.Usage(
                    "--after: '" + name + "' is no name of a process or a service",
                    "write --after NAME, or NAME:ready, NAME:started, NAME:completed");
        }
    }

    /**
     * Reads {@code db} or {@code db:ready}.
     *
     * @throws TsmException.Usage for what is neither
     */
    public static Dependency parse(String text) {
        int colon = text.lastIndexOf(':');
        return colon < 0
                ? new Dependency(text, null)
                : new Dependency(
                        text.substring(0, colon), Words.parse(Condition.class, text.substring(colon + 1), "--after"));
    }

    /** As a user writes it. */
    @Override
    public String toString() {
        return condition == null ? name : name + ":" + condition.word();
    }
}
