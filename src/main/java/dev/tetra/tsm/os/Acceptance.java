package dev.tetra.tsm.os;

/**
 * The other end of a connection to a server of this machine.
 *
 * @param socket the number (inode) of the socket that the server has for it, to be found among {@link Host#owners}; 0 for
 *     every other state than {@link State#ACCEPTED}
 */
public record Acceptance(State state, long socket) {
    /** Whether a program has taken it. */
    public enum State {
        /** It waits in the kernel's queue. */
        WAITING,
        /** A program has it. */
        ACCEPTED,
        /** There is no such connection (any more). */
        GONE,
        /** This system does not tell. */
        UNKNOWN
    }

    /** Of a system that does not tell. */
    public static final Acceptance UNTOLD = new Acceptance(State.UNKNOWN, 0);

    static final Acceptance WAITS = new Acceptance(State.WAITING, 0);
    static final Acceptance NONE = new Acceptance(State.GONE, 0);
}
