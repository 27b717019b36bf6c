package dev.tetra.tsm.model;

/** How a run ended. */
public sealed interface Exit {
    /** Ended by itself with a code from 0 to 255. */
    record Code(int code) implements Exit {}

    /** Ended by a signal. {@code name} is without SIG. */
    record Signalled(int signal, String name) implements Exit {}

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
            case Signalled(int signal, String name) -> "signal " + name + " (" + signal + ")";
            case Unknown(String why) -> "end not seen (" + why + ")";
        };
    }

    /** The exit code a shell would report: the code itself, 128 + signal, or 1 when unknown. */
    default int shellCode() {
        return switch (this) {
            case Code(int code) -> code;
            case Signalled(int signal, String name) -> 128 + signal;
            case Unknown(String why) -> 1;
        };
    }
}
