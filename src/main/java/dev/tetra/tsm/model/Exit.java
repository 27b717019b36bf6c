package dev.tetra.tsm.model;

import org.jspecify.annotations.Nullable;

/** How a run ended. */
public sealed interface Exit {
    /** Ended by itself with a code from 0 to 255. */
    record Code(int code) implements Exit {}

    /**
     * Ended by a signal.
     *
     * @param name without SIG
     * @param memoryLimit the limit in bytes over which its control group went, so that the kernel killed it; null for every
     *     other reason
     */
    record Signalled(int signal, String name, @Nullable Long memoryLimit) implements Exit {
        /** For another reason than its memory. */
        public Signalled(int signal, String name) {
            this(signal, name, null);
        }
    }

    /** Nobody saw how; {@code why} says the reason. */
    record Unknown(String why) implements Exit {}

    /** True for code 0. */
    default boolean success() {
        return this instanceof Code(int code) && code == 0;
    }

    /** In words, such as {@code exit code 3} or {@code signal KILL (9)}. */
    default String inWords() {
        return switch (this) {
            case Code(int code) -> "exit code " + code;
            case Signalled(int signal, String name, Long memoryLimit) ->
                "signal " + name + " (" + signal + ")"
                        + (memoryLimit == null
                                ? ""
                                : ": killed by the kernel as it went over its memory limit of "
                                        + Words.size(memoryLimit));
            case Unknown(String why) -> "end not seen (" + why + ")";
        };
    }

    /** The exit code a shell would report: the code itself, 128 + signal, or 1 when unknown. */
    default int shellCode() {
        return switch (this) {
            case Code(int code) -> code;
            case Signalled signalled -> 128 + signalled.signal();
            case Unknown(String why) -> 1;
        };
    }
}
