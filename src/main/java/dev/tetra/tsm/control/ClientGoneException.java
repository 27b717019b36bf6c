package dev.tetra.tsm.control;

/** The client went away while its answer was needed. */
@SuppressWarnings("serial")
public final class ClientGoneException extends RuntimeException {
    ClientGoneException() {
        super("the client went away");
    }
}
